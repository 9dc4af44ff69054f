//! Records in the making.

use crate::pool::PoolIdentity;
use crate::seat::{BurstRecord, Change, DenialRecord, Holder, LeaseRecord, LeaseTerm, PairRecord};

use super::{AuditField, AuditKind};

/// What a record will say, before it has a place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    kind: AuditKind,
    fields: Vec<u8>,
}

impl AuditEntry {
    /// An entry without fields.
    pub fn new(kind: AuditKind) -> Self {
        Self {
            kind,
            fields: Vec::with_capacity(192),
        }
    }

    /// Adds bytes, at most 65,535 of them. Empty values are left out.
    #[must_use]
    pub fn bytes(mut self, field: AuditField, value: &[u8]) -> Self {
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        if !value.is_empty() {
            self.fields.push(field.number());
            self.fields.extend_from_slice(&(value.len() as u16).to_be_bytes());
            self.fields.extend_from_slice(value);
        }
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, field: AuditField, value: &str) -> Self {
        let mut end = value.len().min(usize::from(u16::MAX));
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        self.bytes(field, &value.as_bytes()[..end])
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, field: AuditField, value: u64) -> Self {
        self.bytes(field, &value.to_be_bytes())
    }

    /// The record of a change; none for what tells nothing new: a further use of an assignment, a request that
    /// waits, which has not been answered yet, and a denial, which is recorded by [`AuditEntry::denied`] when it is stored.
    pub fn of(change: &Change) -> Option<Self> {
        Some(match change {
            Change::Opened { record, pool, caller } => Self::new(AuditKind::LeaseOpened)
                .pool(pool)
                .lease(record)
                .text(AuditField::Actor, caller),
            Change::Lingers {
                record,
                seconds,
                pool,
                before: _,
            } => Self::new(AuditKind::LeaseLingers)
                .pool(pool)
                .lease(record)
                .number(AuditField::Seconds, u64::from(*seconds)),
            Change::Closed(closed) => Self::new(AuditKind::LeaseClosed)
                .pool(&closed.pool)
                .lease(&closed.record)
                .number(AuditField::Reason, u64::from(closed.reason as u8)),
            Change::Used { before: Some(_), .. } => return None,
            Change::Used {
                record,
                pool,
                before: None,
            } => Self::new(AuditKind::PairAdded).pool(pool).pair(record),
            Change::Released {
                reason,
                record,
                pool,
                before: _,
            } => Self::new(AuditKind::PairReleased)
                .pool(pool)
                .pair(record)
                .number(AuditField::Reason, u64::from(*reason as u8))
                .text(AuditField::Target, reason.revoked(record)),
            Change::BurstStarted { record, .. } => Self::new(AuditKind::BurstStarted).burst(record),
            Change::BurstEnded(record) => Self::new(AuditKind::BurstEnded).burst(record),
            Change::Denied(_) | Change::GrantedLater(_) | Change::Queued(_) => return None,
        })
    }

    pub(super) fn into_parts(self) -> (AuditKind, Vec<u8>) {
        (self.kind, self.fields)
    }

    /// The record of a denial.
    pub fn denied(denied: &DenialRecord) -> Self {
        let reason = denied.denial.reason.number().unsigned_abs();
        Self::new(AuditKind::Denied)
            .text(AuditField::Feature, &denied.feature)
            .text(AuditField::Version, &denied.version)
            .number(AuditField::Count, u64::from(denied.count))
            .holder(&denied.holder)
            .number(AuditField::Reason, u64::from(reason))
            .text(AuditField::Detail, &denied.denial.detail)
    }

    fn pool(self, pool: &PoolIdentity) -> Self {
        self.text(AuditField::Feature, &pool.feature)
            .text(AuditField::Version, pool.version.as_str())
    }

    fn lease(self, record: &LeaseRecord) -> Self {
        self.number(AuditField::Serial, record.serial)
            .bytes(AuditField::Lease, &record.id.public())
            .bytes(AuditField::RequestKey, record.request_key.as_bytes())
            .number(AuditField::Count, u64::from(record.count))
            .number(AuditField::Overdraft, u64::from(record.overdraft))
            .holder(&record.holder)
            .term(record.term)
    }

    /// Until when it is held, unless that depends on heartbeats.
    fn term(self, term: LeaseTerm) -> Self {
        match term {
            LeaseTerm::Heartbeats => self,
            LeaseTerm::Lingering { until_ms } | LeaseTerm::Borrowed { until_ms } => {
                self.number(AuditField::Until, u64::try_from(until_ms).unwrap_or(0))
            }
        }
    }

    fn burst(self, record: &BurstRecord) -> Self {
        self.text(AuditField::Feature, &record.feature)
            .number(AuditField::Until, u64::try_from(record.ends_ms).unwrap_or(0))
    }

    fn pair(self, record: &PairRecord) -> Self {
        self.number(AuditField::Serial, record.serial)
            .text(AuditField::User, record.shown_user())
            .text(AuditField::VendorData, record.shown_device())
    }

    fn holder(self, holder: &Holder) -> Self {
        self.text(AuditField::User, &holder.user)
            .text(AuditField::Host, &holder.host)
            .text(AuditField::Display, &holder.display)
            .text(AuditField::VendorData, &holder.vendor_data)
            .text(AuditField::Product, &holder.product)
            .number(AuditField::ProcessId, u64::from(holder.process_id))
    }
}
