//! Heartbeats in the background.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::connection::Connection;

/// After a heartbeat that failed the next follows this soon, or at the ordinary interval when that is shorter.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Beats until the connection is gone. `changed` tells that there is a new lease, which may want to be heard of
/// sooner than the present ones.
pub(super) async fn beat(connection: Weak<Connection>, changed: Arc<Notify>) {
    let mut last = Instant::now();
    let mut failed = false;
    loop {
        let Some(interval) = connection.upgrade().map(|connection| connection.interval()) else {
            return;
        };
        // Three quarters leave room for an answer that takes its time.
        let pause = interval.map(|interval| interval * 3 / 4);
        let pause = if failed {
            pause.map(|pause| pause.min(AFTER_FAILURE))
        } else {
            pause
        };
        match pause {
            None => {
                changed.notified().await;
                last = Instant::now();
                continue;
            }
            Some(pause) => tokio::select! {
                () = sleep_until(last + pause) => {}
                () = changed.notified() => continue,
            },
        }
        let Some(connection) = connection.upgrade() else {
            return;
        };
        failed = connection.heartbeat().await.is_err();
        last = Instant::now();
    }
}
