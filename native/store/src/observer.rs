//! Who follows what has become durable.

use jiff::Timestamp;
use licensing_seats::seat::Change;

/// Receives changes after they are on the disk and their callers have been answered.
///
/// The one writer calls it: it must return at once, whatever becomes of the changes.
pub trait ChangeObserver: Send + Sync {
    /// These changes are durable, in this order; `at` is what the wall clock showed when they were decided.
    fn durable(&self, at: Timestamp, changes: Vec<Change>);
}
