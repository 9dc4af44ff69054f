//! Another journal than SQLite: the service needs no more of a database than the traits say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use licensing_api::assignment::AssignmentEventRow;
use licensing_api::denial::DenialRow;
use licensing_management::usage::Hour;
use licensing_seats::Moment;
use licensing_seats::audit::AuditRecord;
use licensing_seats::pool::PoolIdentity;
use licensing_seats::seat::{Change, Decision, DenialFilter, LeaseRecord, Ledger};
use licensing_store::journal::{
    AuditBounds, AuditFilter, AuditReport, Batch, EventFilter, LedgerTerms, PoolHistory, SeatHistory,
    SeatJournal, Stamp,
};
use licensing_store::{Seal, SeatService, SeatServiceOptions, ServiceState, StoreError, SystemClock};
use licensing_ticket::TicketSigner;
use parking_lot::Mutex;

use super::support::{pools, request};

/// What stays when a journal is dropped.
#[derive(Default)]
struct Memory {
    stored: Mutex<Stored>,
    is_full: AtomicBool,
}

#[derive(Default, Clone)]
struct Stored {
    leases: BTreeMap<u64, (LeaseRecord, Arc<PoolIdentity>)>,
    audit: u64,
    next_serial: u64,
    high_water: Option<Timestamp>,
}

struct MemoryJournal(Arc<Memory>);

impl SeatJournal for MemoryJournal {
    fn high_water(&self) -> Option<Timestamp> {
        self.0.stored.lock().high_water
    }

    fn audit_records(&self) -> u64 {
        self.0.stored.lock().audit
    }

    fn limit(&mut self, _bytes: Option<u64>) -> Result<(), StoreError> {
        Ok(())
    }

    fn load(&mut self, terms: &LedgerTerms, now: Moment) -> Result<Ledger, StoreError> {
        let stored = self.0.stored.lock().clone();
        let mut ledger = Ledger::new(terms.settings.clone(), terms.pools.clone(), now);
        ledger.replace_rules(terms.rules.clone());
        ledger.raise_next_serial(stored.next_serial);
        for (record, pool) in stored.leases.into_values() {
            ledger.restore(record, &pool, now).unwrap();
        }
        Ok(ledger)
    }

    fn commit(&mut self, batch: &Batch, stamp: Stamp) -> Result<(), StoreError> {
        if self.0.is_full.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable {
                path: "memory".into(),
                detail: "full".to_owned(),
            });
        }
        let mut stored = self.0.stored.lock();
        for change in &batch.changes {
            match change {
                Change::Opened { record, pool, .. } => {
                    let lease = (record.clone(), Arc::clone(pool));
                    stored.leases.insert(record.serial, lease);
                }
                Change::Closed(closed) => {
                    stored.leases.remove(&closed.record.serial).unwrap();
                }
                other => assert!(!other.is_stored(), "{other:?}"),
            }
        }
        stored.audit += batch.audit_entries().count() as u64;
        stored.next_serial = stamp.next_serial;
        stored.high_water = Some(stamp.high_water);
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn history(&self) -> Arc<dyn SeatHistory> {
        Arc::new(MemoryHistory(Arc::clone(&self.0)))
    }
}

struct MemoryHistory(Arc<Memory>);

impl SeatHistory for MemoryHistory {
    fn audit(&self, _: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        Ok(Vec::new())
    }

    fn audit_period(
        &self,
        _: Timestamp,
        _: Timestamp,
        _: &mut dyn FnMut(&AuditRecord),
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn audit_bounds(&self) -> Result<AuditBounds, StoreError> {
        Ok(AuditBounds {
            oldest: None,
            newest: None,
            sealed: 0,
            last: self.0.stored.lock().audit,
            first_at: None,
        })
    }

    fn seal(&self, _: u64, _: u64, _: &TicketSigner, _: Timestamp) -> Result<Option<Seal>, StoreError> {
        Ok(None)
    }

    fn remove_segments(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn denied(&self, _: Hour) -> Result<Vec<(String, Hour, u32)>, StoreError> {
        Ok(Vec::new())
    }

    fn denials(&self, _filter: &DenialFilter) -> Result<Vec<DenialRow>, StoreError> {
        Ok(Vec::new())
    }

    fn assignment_events(&self, _filter: &EventFilter) -> Result<Vec<AssignmentEventRow>, StoreError> {
        Ok(Vec::new())
    }

    fn usage(&self, _from: Hour, _to: Hour) -> Result<Vec<PoolHistory>, StoreError> {
        Ok(Vec::new())
    }

    fn verify(&self) -> Result<AuditReport, StoreError> {
        Ok(AuditReport {
            records: self.0.stored.lock().audit,
            ..AuditReport::default()
        })
    }
}

fn start(memory: &Arc<Memory>) -> SeatService {
    let clock = Arc::new(SystemClock::new());
    let options = SeatServiceOptions {
        tick: Duration::from_millis(20),
        ..SeatServiceOptions::new("memory", "ACME", pools("CAD", 2), clock)
    };
    SeatService::start_with(Box::new(MemoryJournal(Arc::clone(memory))), options).unwrap()
}

#[tokio::test]
async fn seats_outlive_a_restart_in_any_journal() {
    let memory = Arc::new(Memory::default());
    let service = start(&memory);
    let Decision::Granted(lease) = service.checkout(request("CAD", 1)).await.unwrap() else {
        panic!("there are two seats");
    };
    service.shutdown().await.unwrap();

    let service = start(&memory);
    assert_eq!(service.status().leases, 1);
    assert!(matches!(
        service.checkout(request("CAD", 1)).await.unwrap(),
        Decision::Repeated(same) if same.id == lease.id
    ));
    assert!(service.checkin(lease.id).await.unwrap());
    // Started, granted, stopped, started, returned.
    assert_eq!(service.verify_audit().await.unwrap().records, 5);
    service.shutdown().await.unwrap();
}

#[tokio::test]
async fn what_a_journal_does_not_take_is_not_granted() {
    let memory = Arc::new(Memory::default());
    let service = start(&memory);
    memory.is_full.store(true, Ordering::Relaxed);
    let refused = service.checkout(request("CAD", 1)).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable { .. })),
        "{refused:?}"
    );
    assert_eq!(service.status().leases, 0);

    memory.is_full.store(false, Ordering::Relaxed);
    let mut state = service.watch();
    state
        .wait_for(|state| *state == ServiceState::Serving)
        .await
        .unwrap();
    let granted = service.checkout(request("CAD", 1)).await.unwrap();
    assert!(matches!(granted, Decision::Granted(_)));
}
