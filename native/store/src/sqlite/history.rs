//! Reading a file beside its writer.

use std::path::PathBuf;

use licensing_api::assignment::AssignmentEventRow;
use licensing_api::denial::DenialRow;
use licensing_management::usage::Hour;
use licensing_seats::seat::DenialFilter;

use crate::StoreError;
use crate::journal::{AuditReport, EventFilter, PoolHistory, SeatHistory};

use super::{assignment_events, denials, usage, verify};

/// What is stored in a file. Every call opens it again.
pub(super) struct SqliteHistory {
    pub(super) path: PathBuf,
    pub(super) vendor: String,
}

impl SeatHistory for SqliteHistory {
    fn denials(&self, filter: &DenialFilter) -> Result<Vec<DenialRow>, StoreError> {
        denials::list(&self.path, &self.vendor, filter)
    }

    fn assignment_events(&self, filter: &EventFilter) -> Result<Vec<AssignmentEventRow>, StoreError> {
        assignment_events::newest(&self.path, &self.vendor, filter)
    }

    fn usage(&self, from: Hour, to: Hour) -> Result<Vec<PoolHistory>, StoreError> {
        usage::history(&self.path, from, to)
    }

    fn verify(&self) -> Result<AuditReport, StoreError> {
        verify::verify_file(&self.path)
    }
}
