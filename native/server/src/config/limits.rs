//! Bounds of every port.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Files that a process has open besides connections: databases, logs, pipes, license files that are being read.
const OTHER_FILES: u64 = 128;
/// Fewest connections that a port is left with.
const FEWEST_CONNECTIONS: u64 = 16;

/// Bounds that hold on each port by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one address (one /64 network of IPv6).
    pub connections_per_address: usize,
    /// Connections that have not made a request yet; beyond that the oldest of the busiest address is closed.
    pub pending_connections: usize,
    /// Seconds for the TLS handshake and for the first complete request header.
    pub first_request_seconds: u64,
    /// Seconds for the header of every further request, and for the body of a request.
    pub request_seconds: u64,
    /// Seconds without any request after which a connection is closed.
    pub idle_seconds: u64,
    /// Seconds that requests under way get at the end.
    pub drain_seconds: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            connections: 32_768,
            connections_per_address: 8_192,
            pending_connections: 1_024,
            first_request_seconds: 10,
            request_seconds: 30,
            idle_seconds: 1_800,
            drain_seconds: 5,
        }
    }
}

impl LimitsConfig {
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

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let positive = [
            ("limits.connections", self.connections as u64),
            (
                "limits.connections_per_address",
                self.connections_per_address as u64,
            ),
            ("limits.pending_connections", self.pending_connections as u64),
            ("limits.first_request_seconds", self.first_request_seconds),
            ("limits.request_seconds", self.request_seconds),
            ("limits.idle_seconds", self.idle_seconds),
            ("limits.drain_seconds", self.drain_seconds),
        ];
        for (name, value) in positive {
            if !(1..=1_000_000).contains(&value) {
                return Err(ConfigError::Invalid {
                    name,
                    text: format!("{value} is not within 1 to 1000000"),
                });
            }
        }
        Ok(())
    }
}
