//! Time as an argument.

use jiff::{Timestamp, civil::Date};

/// One reading of the clocks. The domain has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds on a clock that never steps. Leases live and end by it; its zero has no meaning.
    pub monotonic_ms: u64,
    /// What the wall clock shows. Only for records and reports.
    pub wall: Timestamp,
    /// The wall clock as far as it can be trusted: it goes on evenly when somebody sets the clock. Assignments, which
    /// last for months, live and end by it.
    pub trusted: Timestamp,
    /// Day in the server's local time. Licenses start and expire by it.
    pub today: Date,
}
