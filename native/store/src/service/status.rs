//! How a seat service is doing.

use jiff::Timestamp;
use licensing_api::alert::Alert;

use crate::StoreError;

/// Whether a seat service serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceState {
    /// Changes are made durable.
    Serving,
    /// Nothing can be made durable at the moment: checkouts and checkins are refused, heartbeats and lists go on. It
    /// tries again by itself.
    Degraded {
        /// What happened.
        error: StoreError,
        /// Since when.
        since: Timestamp,
    },
    /// It cannot go on; the process must end.
    Failed {
        /// What happened.
        error: StoreError,
    },
    /// Stopped on purpose.
    Stopped,
}

impl ServiceState {
    /// Whether it stays so.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Serving | Self::Degraded { .. } => false,
            Self::Failed { .. } | Self::Stopped => true,
        }
    }
}

/// What an administrator should know of a seat service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatServiceStatus {
    /// Whether it serves.
    pub state: ServiceState,
    /// Leases held.
    pub leases: usize,
    /// Active alerts.
    pub alerts: Vec<Alert>,
}

impl SeatServiceStatus {
    pub(super) fn new(state: ServiceState, leases: usize, mut alerts: Vec<Alert>, now: Timestamp) -> Self {
        match &state {
            ServiceState::Serving | ServiceState::Stopped => {}
            ServiceState::Degraded { error, since } => alerts.push(alert(error, *since)),
            ServiceState::Failed { error } => alerts.push(alert(error, now)),
        }
        Self {
            state,
            leases,
            alerts,
        }
    }
}

fn alert(error: &StoreError, since: Timestamp) -> Alert {
    Alert::of_error(error.code(), error.to_string()).since(since)
}
