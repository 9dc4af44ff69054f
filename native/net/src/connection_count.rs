//! How many connections of a port are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count that listener and onlookers share.
#[derive(Debug, Clone, Default)]
pub struct ConnectionCount(Arc<AtomicUsize>);

/// One open connection; dropping it takes it out of the count.
#[derive(Debug)]
pub struct OpenConnection(Arc<AtomicUsize>);

impl ConnectionCount {
    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more until the result is dropped.
    pub fn enter(&self) -> OpenConnection {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(&self.0))
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
