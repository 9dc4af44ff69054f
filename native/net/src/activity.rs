//! Whether a connection does something.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::Instant;

/// The requests of one connection.
pub(crate) struct Activity {
    state: Mutex<State>,
    first: Notify,
}

struct State {
    begun: bool,
    under_way: usize,
    last: Instant,
}

/// A request under way, until its answer is sent or given up.
pub(crate) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        let state = State {
            begun: false,
            under_way: 0,
            last: Instant::now(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
            first: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// A request begins.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        let mut state = self.state();
        state.under_way += 1;
        if !state.begun {
            state.begun = true;
            // The permit is kept for a waiter that comes later.
            self.first.notify_one();
        }
        drop(state);
        UnderWay(Arc::clone(self))
    }

    /// Ends with the first request; for one waiter.
    pub(crate) async fn first_request(&self) {
        self.first.notified().await;
    }

    /// Ends when no request has been under way for this time.
    pub(crate) async fn idle_for(&self, time: Duration) {
        loop {
            let wait_until = {
                let state = self.state();
                if state.under_way == 0 {
                    state.last + time
                } else {
                    Instant::now() + time
                }
            };
            if wait_until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(wait_until).await;
        }
    }

    /// Ends when no request has been under way for this time from now on.
    pub(crate) async fn settled_for(&self, time: Duration) {
        loop {
            let from = Instant::now();
            tokio::time::sleep(time).await;
            let state = self.state();
            if state.under_way == 0 && state.last <= from {
                return;
            }
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way -= 1;
        state.last = Instant::now();
    }
}
