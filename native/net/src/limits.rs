//! Bounds of every port.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Files that a process has open besides connections: databases, logs, pipes, license files that are being read.
const OTHER_FILES: u64 = 128;
/// Fewest connections that a port is left with.
const FEWEST_CONNECTIONS: u64 = 16;

/// What a bound may be.
const ALLOWED: RangeInclusive<u64> = 1..=1_000_000;

licensing_settings::settings! {
    /// Bounds that hold on each port by itself.
    pub struct Limits = "Bounds, for each port by itself." {
        connections: usize = 32_768, AfterRestart,
            "Connections at a time. Lowered with a warning when the limit of open files is too small.",
            allowed "1 to 1000000" if |count, _| ALLOWED.contains(&(*count as u64));
        connections_per_address: usize = 8_192, AfterRestart,
            "Connections at a time from one address, or one /64 network of IPv6.",
            allowed "1 to 1000000" if |count, _| ALLOWED.contains(&(*count as u64));
        pending_connections: usize = 1_024, AfterRestart,
            "Connections without a request so far. Beyond that the oldest one of the address that has most of them is closed.",
            allowed "1 to 1000000" if |count, _| ALLOWED.contains(&(*count as u64));
        first_request_seconds: u64 = 10, AfterRestart,
            "Seconds for the TLS handshake and the header of the first request.",
            allowed "1 to 1000000" if |seconds, _| ALLOWED.contains(seconds);
        request_seconds: u64 = 30, AfterRestart,
            "Seconds for the header of each further request, and for the body of a request.",
            allowed "1 to 1000000" if |seconds, _| ALLOWED.contains(seconds);
        idle_seconds: u64 = 1_800, AfterRestart,
            "Seconds without a request after which a connection is closed.",
            allowed "1 to 1000000" if |seconds, _| ALLOWED.contains(seconds);
        drain_seconds: u64 = 5, AfterRestart,
            "Seconds that requests under way have when the server ends.",
            allowed "1 to 1000000" if |seconds, _| ALLOWED.contains(seconds);
    }
}

impl Limits {
    /// The same with no more connections than a process with so many open files can have on each of its ports, so that
    /// no port takes the descriptors of another.
    #[must_use]
    pub fn within(&self, open_files: Option<u64>, ports: u64) -> Self {
        let mut limits = self.clone();
        if let Some(open_files) = open_files {
            let room = (open_files.saturating_sub(OTHER_FILES) / ports.max(1)).max(FEWEST_CONNECTIONS);
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            if room < limits.connections {
                tracing::warn!(
                    open_files,
                    connections = room,
                    "fewer connections than configured: too few open files"
                );
                limits.connections = room;
            }
            limits.pending_connections = limits.pending_connections.min(limits.connections / 2);
        }
        limits
    }

    /// Time for the TLS handshake and the first request header.
    pub fn first_request(&self) -> Duration {
        Duration::from_secs(self.first_request_seconds)
    }

    /// Time for a request.
    pub fn request(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }

    /// Time a connection may be idle.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    /// Time that requests under way get at the end.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}
