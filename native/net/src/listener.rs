//! Serving one port: accepting, admission, and the orderly end.
//!
//! A connection is *pending* until its first request that is not refused for lack of credentials. The first request has a
//! deadline, and pending connections have a common bound; when it is reached, the oldest connection of the address that has
//! most of them is closed. Junk and slow senders thus only ever displace each other.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admission::Admission;
use crate::connection;
use crate::port::{Port, PortOptions};
use crate::undelivered::Undelivered;

/// Pause after the system refused to accept a connection, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Opens a port.
///
/// # Errors
/// If the address cannot be bound; the message names it.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

/// Serves a port until `stopping` fires, then lets requests under way end within the drain time.
pub async fn serve(listener: TcpListener, router: Router, options: PortOptions, stopping: CancellationToken) {
    let tracker = TaskTracker::new();
    let drain = options.limits.drain();
    let port = Arc::new(Port {
        admission: Admission::new(&options.limits),
        undelivered: Undelivered::new(options.undelivered_bytes),
        options,
        router,
        stopping: stopping.clone(),
    });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let ticket = tokio::select! {
                    ticket = port.admission.admit(peer.ip()) => ticket,
                    () = stopping.cancelled() => break,
                };
                let Some(ticket) = ticket else {
                    tracing::debug!(port = port.options.name, %peer, "connection refused: too many");
                    continue;
                };
                let open = port.options.connections.enter();
                let port = Arc::clone(&port);
                tracker.spawn(async move {
                    connection::run(stream, peer, ticket, port).await;
                    drop(open);
                });
            }
            Err(error) => {
                tracing::warn!(port = port.options.name, %error, "accepting failed");
                port.admission.evict_one();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tracker.close();
    // Each connection ends by itself after the drain time; the rest is for the scheduler.
    if tokio::time::timeout(drain + Duration::from_secs(1), tracker.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            port = port.options.name,
            left = tracker.len(),
            "connections were cut off"
        );
    }
}
