//! Granting beyond what is installed for a time, once everything is out (supplemental grace, burst).
//!
//! It belongs to a feature, not to a pool: a renewed license with another version gives no second one. Its times are of
//! the trusted clock, which nobody moves by setting the wall clock.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use licensing_api::alert::{Alert, AlertCode};

use crate::Moment;

use crate::seat::ledger::{Ledger, timestamp};
use crate::seat::offer::Offer;
use crate::seat::pools::PoolState;
use crate::seat::{Change, CheckoutRequest};

/// Most features that alerts tell of.
const MOST_ALERTS: usize = 1000;

/// How long a burst lasts, and when there may be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurstTerms {
    /// From its first grant on.
    pub lasts: Duration,
    /// From its end until there may be another one.
    pub rearm: Duration,
}

/// A burst as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurstRecord {
    /// Feature in lower case.
    pub feature: String,
    /// When the first request was granted by it, in milliseconds since 1970 on the trusted clock.
    pub started_ms: i64,
    /// From when on nothing more is granted by it, on the same clock.
    pub ends_ms: i64,
    /// Leases and assignments from this serial number on are from after its start.
    pub first_serial: u64,
    /// Whether its end has been recorded.
    pub over: bool,
}

/// What a feature may do beyond its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::seat) enum Burst {
    /// Nothing: it is switched off.
    Off,
    /// It begins with the next request that finds everything out.
    Armed,
    /// Everything is granted.
    Active { started_ms: i64, ends_ms: i64 },
    /// It has been used; there may be another one from then on.
    UsedUp { ended_ms: i64, again_ms: i64 },
}

/// The bursts that were, by feature in lower case.
#[derive(Debug, Default)]
pub(in crate::seat) struct Bursts(BTreeMap<String, BurstRecord>);

impl Bursts {
    /// The first serial number since the start of the last burst of a feature, in lower case.
    pub(in crate::seat) fn first_serial(&self, feature: &str) -> Option<u64> {
        self.0.get(feature).map(|record| record.first_serial)
    }
}

impl Ledger {
    /// Takes a stored burst back.
    pub fn restore_burst(&mut self, record: BurstRecord) {
        self.bursts.0.insert(record.feature.clone(), record);
    }

    /// Other terms from now on. A burst that lasts goes on to its end, unless there are to be none any more.
    pub fn set_burst(&mut self, terms: Option<BurstTerms>) {
        self.settings.burst = terms;
    }

    /// What a feature, in lower case, may do beyond its seats.
    pub(in crate::seat) fn burst_of(&self, feature: &str, now: Moment) -> Burst {
        let Some(terms) = self.settings.burst else {
            return Burst::Off;
        };
        let Some(record) = self.bursts.0.get(feature) else {
            return Burst::Armed;
        };
        let now_ms = now.trusted.as_millisecond();
        let again_ms = later(record.ends_ms, terms.rearm);
        if !record.over && now_ms < record.ends_ms {
            Burst::Active {
                started_ms: record.started_ms,
                ends_ms: record.ends_ms,
            }
        } else if now_ms < again_ms {
            Burst::UsedUp {
                ended_ms: record.ends_ms,
                again_ms,
            }
        } else {
            Burst::Armed
        }
    }

    /// Whether a pool that cannot serve a request out of its seats serves it all the same. More seats than there are at
    /// all are never granted, and none are lent; seats that are reserved for others count as free, so they begin nothing.
    pub(in crate::seat) fn bursts(&self, offer: &Offer, request: &CheckoutRequest, now: Moment) -> bool {
        request.borrow_seconds == 0
            && offer
                .lacking()
                .all(|(pool, need)| self.bursts_beyond(pool, need.needed, request.count, now))
    }

    fn bursts_beyond(&self, pool: u32, needed: u32, count: u32, now: Moment) -> bool {
        let state = &self.pools[pool];
        let Some(total) = state.capacity.total() else {
            return false;
        };
        // What the server brings itself was not bought, so there is nothing to be supplemented.
        if state.pool.identity.is_built_in() || count > total || needed == u32::MAX {
            return false;
        }
        match self.burst_of(&state.feature_key(), now) {
            Burst::Off | Burst::UsedUp { .. } => false,
            Burst::Active { .. } => true,
            Burst::Armed => needed > total.saturating_sub(state.seats_out()),
        }
    }

    /// A grant beyond the seats of a pool: begins the burst of its feature unless it lasts already.
    pub(in crate::seat) fn begin_burst(&mut self, pool: u32, now: Moment) {
        let feature = self.pools[pool].feature_key();
        let Some(terms) = self.settings.burst else { return };
        if self.burst_of(&feature, now) != Burst::Armed {
            return;
        }
        self.end_bursts(now);
        let started_ms = now.trusted.as_millisecond();
        let record = BurstRecord {
            feature: feature.clone(),
            started_ms,
            ends_ms: later(started_ms, terms.lasts),
            first_serial: self.next_serial,
            over: false,
        };
        let before = self.bursts.0.insert(feature, record.clone());
        self.changes.push(Change::BurstStarted { record, before });
    }

    /// Tells the end of every burst that is over.
    pub(in crate::seat) fn end_bursts(&mut self, now: Moment) {
        let now_ms = now.trusted.as_millisecond();
        for record in self.bursts.0.values_mut() {
            if !record.over && record.ends_ms <= now_ms {
                record.over = true;
                self.changes.push(Change::BurstEnded(record.clone()));
            }
        }
    }

    /// Seats of a pool that are out beyond everything it has, as far as a burst explains them, and until when there may
    /// be more.
    pub(in crate::seat) fn burst_seats(&self, state: &PoolState, now: Moment) -> (u32, Option<Timestamp>) {
        let beyond = state
            .capacity
            .total()
            .map_or(0, |total| state.seats_out().saturating_sub(total));
        match self.burst_of(&state.feature_key(), now) {
            Burst::Active { ends_ms, .. } => (beyond, Some(timestamp(ends_ms))),
            Burst::UsedUp { .. } => (beyond, None),
            Burst::Off | Burst::Armed => (0, None),
        }
    }

    /// Alerts about features that grant beyond what is installed, and about those that may not do so again yet.
    pub fn burst_alerts(&self, now: Moment) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for feature in self.bursts.0.keys() {
            let pools = self.pools.of_feature(feature).iter();
            let mut states = pools.map(|pool| &self.pools[*pool]);
            let Some(state) = states.find(|state| state.installed) else {
                continue;
            };
            let name = &state.pool.identity.feature;
            let alert = match self.burst_of(feature, now) {
                Burst::Off | Burst::Armed => continue,
                Burst::Active { started_ms, ends_ms } => Alert::new(AlertCode::BurstActive)
                    .with("until", seconds(ends_ms))
                    .since(timestamp(started_ms)),
                Burst::UsedUp { ended_ms, again_ms } => Alert::new(AlertCode::BurstUsedUp)
                    .with("again", seconds(again_ms))
                    .since(timestamp(ended_ms)),
            };
            alerts.push(alert.with("feature", name).about(name).of_feature(name));
            if alerts.len() == MOST_ALERTS {
                break;
            }
        }
        alerts
    }
}

fn later(at_ms: i64, time: Duration) -> i64 {
    at_ms.saturating_add_unsigned(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// An instant to the second.
fn seconds(at_ms: i64) -> Timestamp {
    Timestamp::from_second(at_ms.div_euclid(1000)).unwrap_or(Timestamp::MAX)
}
