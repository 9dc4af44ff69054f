//! Whether a connection does something.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::deliveries::{Deliveries, Delivery};
use crate::undelivered::Share;

/// The requests of one connection.
pub(crate) struct Activity {
    state: Mutex<State>,
    first: Notify,
    deliveries: Arc<Deliveries>,
}

struct State {
    begun: bool,
    under_way: usize,
    last: Instant,
}

/// Why a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nobody asks for anything.
    Idle,
    /// The peer does not take an answer.
    Stalled,
}

/// A request under way, until its answer is sent or given up.
pub(crate) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(crate) fn new(share: Share) -> Arc<Self> {
        let state = State {
            begun: false,
            under_way: 0,
            last: Instant::now(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
            first: Notify::new(),
            deliveries: Deliveries::new(share),
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

    /// An answer begins to be sent, with a piece of so many bytes.
    pub(crate) fn deliver(&self, bytes: usize) -> Delivery {
        self.deliveries.begin(bytes)
    }

    /// Ends with the first request; for one waiter.
    pub(crate) async fn first_request(&self) {
        self.first.notified().await;
    }

    /// Ends when no request has been under way for the first of these times, or the peer has let an answer wait for the
    /// second one, or the answers of the port take too much memory and this peer has most of them.
    pub(crate) async fn over(&self, idle: Duration, patience: Duration) -> Over {
        loop {
            let now = Instant::now();
            let idle_at = {
                let state = self.state();
                if state.under_way == 0 {
                    state.last + idle
                } else {
                    now + idle
                }
            };
            if idle_at <= now {
                return Over::Idle;
            }
            // Requests that begin meanwhile are seen at the next look.
            let stalled_at = self.deliveries.deadline(patience).unwrap_or(now + patience);
            if stalled_at <= now {
                return Over::Stalled;
            }
            tokio::select! {
                () = tokio::time::sleep_until(idle_at.min(stalled_at).min(now + patience)) => {}
                () = self.deliveries.cut() => return Over::Stalled,
            }
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
