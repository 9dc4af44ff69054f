//! Reading a file beside its writer.

use std::ops::ControlFlow;
use std::path::PathBuf;

use jiff::Timestamp;
use licensing_api::assignment::AssignmentEventRow;
use licensing_api::denial::DenialRow;
use licensing_management::usage::Hour;
use licensing_seats::audit::AuditRecord;
use licensing_seats::seat::DenialFilter;
use licensing_ticket::TicketSigner;

use crate::StoreError;
use crate::journal::{AuditBounds, AuditFilter, AuditReport, EventFilter, PoolHistory, SeatHistory};
use crate::segment::Seal;

use super::audit_walk::Audit;
use super::{assignment_events, denials, seal, usage, verify};

/// What is stored in a file. Every call opens it again.
pub(super) struct SqliteHistory {
    pub(super) path: PathBuf,
    pub(super) vendor: String,
}

impl SeatHistory for SqliteHistory {
    fn denials(&self, filter: &DenialFilter) -> Result<Vec<DenialRow>, StoreError> {
        denials::list(&self.path, &self.vendor, filter)
    }

    fn denied(&self, from: Hour) -> Result<Vec<(String, Hour, u32)>, StoreError> {
        denials::by_hour(&self.path, from)
    }

    fn assignment_events(&self, filter: &EventFilter) -> Result<Vec<AssignmentEventRow>, StoreError> {
        assignment_events::newest(&self.path, &self.vendor, filter)
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let mut found = Vec::new();
        if filter.most == 0 {
            return Ok(found);
        }
        Audit::open(&self.path)?.newest_first(filter.since, filter.until, |record| {
            let is_of_period = filter.since.is_none_or(|since| record.at >= since)
                && filter.until.is_none_or(|until| record.at <= until);
            if is_of_period && (filter.wanted)(record) {
                found.push(record.clone());
            }
            match found.len() < filter.most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        Ok(found)
    }

    fn audit_period(
        &self,
        since: Timestamp,
        until: Timestamp,
        each: &mut dyn FnMut(&AuditRecord),
    ) -> Result<(), StoreError> {
        Audit::open(&self.path)?.period(since, until, each)
    }

    fn audit_bounds(&self) -> Result<AuditBounds, StoreError> {
        seal::bounds(&self.path)
    }

    fn seal(
        &self,
        most: u64,
        keep: u64,
        signer: &TicketSigner,
        now: Timestamp,
    ) -> Result<Option<Seal>, StoreError> {
        seal::seal(&self.path, most, keep, signer, now)
    }

    fn remove_segments(&self) -> Result<(), StoreError> {
        seal::remove_segments(&self.path)
    }

    fn usage(&self, from: Hour, to: Hour) -> Result<Vec<PoolHistory>, StoreError> {
        usage::history(&self.path, from, to)
    }

    fn verify(&self) -> Result<AuditReport, StoreError> {
        verify::verify_file(&self.path)
    }
}
