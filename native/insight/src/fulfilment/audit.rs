//! The audit of orders and allocations: records chained by hash, in the form of [`licensing_seats::audit`]. Where they are stored,
//! a change and its record are one transaction.

use licensing_seats::audit::{AuditEntry, AuditError, AuditField, AuditKind, AuditRecord};
use serde_json::{Map, Value, json};

use super::store::{StoredAllocation, StoredEntitlement, StoredOrder};
use crate::storage::StorageError;

/// What the chain begins with, where those of vendor daemons have the vendor.
pub(super) const CHAIN: &str = "orders and allocations";

/// One change.
pub(super) struct RecordedChange {
    /// The account, or the license server whose key has signed what was asked for.
    actor: String,
    /// Name of the operation.
    operation: &'static str,
    /// To what it was done.
    target: String,
    /// What exactly; never a secret.
    detail: Value,
}

impl RecordedChange {
    /// An account has loaded an order.
    pub(super) fn loaded(by: &str, order: &StoredOrder, entitlements: &[StoredEntitlement]) -> Self {
        let seats: Map<String, Value> = entitlements
            .iter()
            .map(|one| (one.id.clone(), one.total.into()))
            .collect();
        Self {
            actor: by.to_owned(),
            operation: "NewInsightOrder",
            target: order.number.clone(),
            detail: json!({
                "customer": order.head.customer,
                "vendor": order.head.vendor,
                "entitlements": seats,
            }),
        }
    }

    /// A server has seats, and with `renews` no longer those of that allocation.
    pub(super) fn allocated(allocation: &StoredAllocation, renews: Option<&str>) -> Self {
        Self {
            actor: allocation.server.to_string(),
            operation: "FulfilAllocation",
            target: allocation.id.clone(),
            detail: json!({
                "entitlement": allocation.entitlement,
                "count": allocation.count,
                "hostId": allocation.host_id,
                "requestId": allocation.request_id.to_string(),
                "renews": renews,
            }),
        }
    }

    /// A server has given the seats of an allocation back.
    pub(super) fn returned(allocation: &StoredAllocation) -> Self {
        Self {
            actor: allocation.server.to_string(),
            operation: "FulfilReturn",
            target: allocation.id.clone(),
            detail: json!({ "entitlement": allocation.entitlement, "count": allocation.count }),
        }
    }

    /// What its record says.
    pub(super) fn entry(&self) -> AuditEntry {
        AuditEntry::new(AuditKind::Administered)
            .text(AuditField::Actor, &self.actor)
            .text(AuditField::Operation, self.operation)
            .text(AuditField::Target, &self.target)
            .text(AuditField::Detail, &self.detail.to_string())
    }
}

/// A record as it is stored.
pub(super) fn decode(body: &[u8]) -> Result<AuditRecord, StorageError> {
    AuditRecord::decode(body)
        .ok_or_else(|| StorageError::Damaged("a record of the audit cannot be understood".to_owned()))
}

/// What it means that the records do not fit each other.
pub(super) fn broken(error: &AuditError) -> StorageError {
    StorageError::Damaged(error.to_string())
}
