//! How many connections of a port are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count that listener and onlookers share.
#[derive(Debug, Clone, Default)]
pub struct ConnectionCount(Arc<AtomicUsize>);

/// One open connection.
pub(crate) struct Open(Arc<AtomicUsize>);

impl ConnectionCount {
    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn enter(&self) -> Open {
        self.0.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(&self.0))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
