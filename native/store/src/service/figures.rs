//! What has happened since the service started, in figures for those who watch it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use licensing_api::denial::DenialReason;
use licensing_seats::seat::Change;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// Upper bounds of the buckets that commits are counted in, in seconds; the last bucket has none.
pub const COMMIT_BUCKETS: [f64; 11] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// Figures since the service started, and what there is now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatFigures {
    /// Leases held.
    pub leases: usize,
    /// Requests granted.
    pub granted: u64,
    /// Requests refused, by their reasons.
    pub denied: Vec<(DenialReason, u64)>,
    /// Audit records stored.
    pub audit_records: u64,
    /// Commits by the time they took: one number for each of [`COMMIT_BUCKETS`], and the last for all that took longer.
    pub commits: Vec<u64>,
    /// Time that all of them took together, in seconds.
    pub commit_seconds: f64,
}

/// Counted by the writer, read by anybody.
#[derive(Debug, Default)]
pub(super) struct Counters {
    granted: AtomicU64,
    denied: Mutex<HashMap<DenialReason, u64>>,
    audit_records: AtomicU64,
    commits: [AtomicU64; COMMIT_BUCKETS.len() + 1],
    commit_microseconds: AtomicU64,
}

impl Counters {
    pub(super) fn new(audit_records: u64) -> Self {
        Self {
            audit_records: AtomicU64::new(audit_records),
            ..Self::default()
        }
    }

    /// A commit was made; there are so many audit records now.
    pub(super) fn committed(&self, took: Duration, audit_records: u64) {
        let seconds = took.as_secs_f64();
        let bucket = COMMIT_BUCKETS.iter().position(|bound| seconds <= *bound);
        if let Some(commits) = self.commits.get(bucket.unwrap_or(COMMIT_BUCKETS.len())) {
            commits.fetch_add(1, Ordering::Relaxed);
        }
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_microseconds
            .fetch_add(microseconds, Ordering::Relaxed);
        self.audit_records.store(audit_records, Ordering::Relaxed);
    }

    /// These changes are durable, or need not be.
    pub(super) fn count(&self, changes: &[Change]) {
        let granted = changes
            .iter()
            .filter(|change| matches!(change, Change::Opened { .. }))
            .count();
        self.granted.fetch_add(granted as u64, Ordering::Relaxed);
        for change in changes {
            if let Change::Denied(denied) = change {
                let mut counts = self.denied.lock();
                *counts.entry(denied.denial.reason).or_default() += 1;
            }
        }
    }

    pub(super) fn figures(&self, leases: usize) -> SeatFigures {
        let counts = self.denied.lock();
        let mut denied: Vec<_> = counts.iter().map(|(reason, times)| (*reason, *times)).collect();
        denied.sort_unstable_by_key(|(reason, _)| -reason.number());
        SeatFigures {
            leases,
            granted: self.granted.load(Ordering::Relaxed),
            denied,
            audit_records: self.audit_records.load(Ordering::Relaxed),
            commits: self
                .commits
                .iter()
                .map(|commits| commits.load(Ordering::Relaxed))
                .collect(),
            commit_seconds: self.commit_microseconds.load(Ordering::Relaxed) as f64 / 1e6,
        }
    }
}
