//! Assigned seats that administrators revoked, counted from the audit.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::seat::ReleaseReason;

use super::{AuditField, AuditKind, AuditRecord};

/// Seats of one pool that were revoked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RevokedSeatsOfPool {
    /// Seats of users.
    pub users: u32,
    /// Seats of devices.
    pub devices: u32,
}

/// Counts revoked seats. One seat may serve several users or devices: then it has a record for each of them, all of one
/// instant. Records without a reason do not count, because nobody knows whether an administrator was behind them.
#[derive(Debug, Default)]
pub struct RevokedSeats {
    pools: HashMap<(String, String), RevokedSeatsOfPool>,
    /// Instant, feature, version, reason and name of each seat that was counted.
    counted: HashSet<(Timestamp, String, String, u64, String)>,
}

impl RevokedSeats {
    /// Takes a record into account.
    pub fn note(&mut self, record: &AuditRecord) {
        let Some(reason) = record.number(AuditField::Reason) else {
            return;
        };
        let is_user = reason == u64::from(ReleaseReason::UserRevoked as u8);
        let is_device = reason == u64::from(ReleaseReason::DeviceRevoked as u8);
        if record.kind != AuditKind::PairReleased.number() || !(is_user || is_device) {
            return;
        }
        let text = |field| record.text(field).unwrap_or_default().to_owned();
        let pool = (text(AuditField::Feature), text(AuditField::Version));
        let name = text(AuditField::Target);
        let seat = (record.at, pool.0.clone(), pool.1.clone(), reason, name);
        if self.counted.insert(seat) {
            let revoked = self.pools.entry(pool).or_default();
            revoked.users += u32::from(is_user);
            revoked.devices += u32::from(is_device);
        }
    }

    /// Those of a pool.
    pub fn of(&self, feature: &str, version: &str) -> RevokedSeatsOfPool {
        let pool = (feature.to_owned(), version.to_owned());
        self.pools.get(&pool).copied().unwrap_or_default()
    }
}
