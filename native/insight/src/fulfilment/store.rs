//! What the fulfilment keeps, behind a trait of its own.

use std::path::Path;

use jiff::Timestamp;
use licensing_management::id::{AllocationRequestId, ServerGuid};
use licensing_management::key::PublicKey;
use licensing_seats::audit::AuditRecord;
use serde::{Deserialize, Serialize};

use super::order::{EntitlementTerms, OrderHead};
use crate::storage::StorageError;

/// Most sessions of one order; the oldest give way.
pub(super) const MAX_SESSIONS: i64 = 200;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// Its number.
    pub number: String,
    /// First group of its access code.
    pub code_id: String,
    /// What proves the knowledge of the access code.
    pub code_secret: [u8; 32],
    /// What all its entitlements share.
    pub head: OrderHead,
}

/// An entitlement, and how much of it is allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntitlement {
    /// Its id.
    pub id: String,
    /// Number of its order.
    pub order: String,
    /// Place in the order, from 1.
    pub place: u32,
    /// Seats that were bought.
    pub total: u32,
    /// Seats that are allocated.
    pub allocated: u32,
    /// Entitlement that it renews.
    pub renews: Option<String>,
    /// Its terms.
    pub terms: EntitlementTerms,
}

impl StoredEntitlement {
    /// Seats that can be allocated.
    pub fn available(&self) -> u32 {
        self.total.saturating_sub(self.allocated)
    }
}

/// The session of a list of entitlements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Order whose entitlements were listed.
    pub order: String,
    /// Key of the server that asked.
    pub public_key: PublicKey,
    /// When it ends.
    pub ends: Timestamp,
}

/// Where an allocation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Its license file was given out.
    Allocated,
    /// Its seats were returned.
    Returned,
    /// A renewal has taken its place.
    Renewed,
}

impl Standing {
    /// Name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocated => "allocated",
            Self::Returned => "returned",
            Self::Renewed => "renewed",
        }
    }

    /// From the name in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allocated, Self::Returned, Self::Renewed]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// Seats that were allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAllocation {
    /// Its id.
    pub id: String,
    /// The request.
    pub request_id: AllocationRequestId,
    /// Hash of what was asked for.
    pub fingerprint: String,
    /// The server.
    pub server: ServerGuid,
    /// Key of the server.
    pub public_key: PublicKey,
    /// The entitlement.
    pub entitlement: String,
    /// Seats.
    pub count: u32,
    /// What the license file is bound to.
    pub host_id: String,
    /// Serial number of the license file.
    pub serial_number: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it was allocated.
    pub made: Timestamp,
    /// When it was returned or renewed.
    pub ended: Option<Timestamp>,
    /// The answer to the request, as it was given.
    pub answer: String,
}

/// What became of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is stored now.
    Now,
    /// The request was answered before with this.
    Before(Box<StoredAllocation>),
    /// So many seats are not available; only these are.
    NotAvailable(u32),
    /// There is no such entitlement.
    NoEntitlement,
    /// The allocation that it renews does not stand any more.
    NotRenewable,
}

/// What became of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBack {
    /// The seats are available again.
    Now,
    /// They were before.
    Before,
    /// A renewal has taken the place of the allocation.
    Renewed,
    /// There is no such allocation.
    Unknown,
}

/// Which allocations are wanted.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All.
    All,
    /// Those of an entitlement.
    Entitlement(&'a str),
    /// Those that stand of a server's key.
    Key(&'a PublicKey),
}

/// Keeps orders, sessions and allocations. Calls block; what is changed is durable when they return.
///
/// - The seats allocated of an entitlement never exceed those bought: whoever implements this counts in the transaction
///   that stores the allocation.
/// - A request has at most one allocation.
/// - Every change of orders and allocations has a record in the audit, in the same transaction.
pub trait FulfilmentStore: Send + Sync + 'static {
    /// Adds an order, which somebody loads now. Says whether number, code and ids of its entitlements were free; otherwise
    /// nothing is changed.
    ///
    /// # Errors
    /// As every method: when the database cannot be used, or is damaged.
    fn add_order(
        &self,
        order: &StoredOrder,
        entitlements: &[StoredEntitlement],
        loaded: (&str, Timestamp),
    ) -> Result<bool, StorageError>;

    /// All orders, by number.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn orders(&self) -> Result<Vec<StoredOrder>, StorageError>;

    /// An order.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn order(&self, number: &str) -> Result<Option<StoredOrder>, StorageError>;

    /// The order of an access code.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn order_of_code(&self, code_id: &str) -> Result<Option<StoredOrder>, StorageError>;

    /// Entitlements of an order, by place.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn entitlements(&self, order: &str) -> Result<Vec<StoredEntitlement>, StorageError>;

    /// An entitlement.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn entitlement(&self, id: &str) -> Result<Option<StoredEntitlement>, StorageError>;

    /// Entitlements that renew an entitlement, by id.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn renewals_of(&self, entitlement: &str) -> Result<Vec<StoredEntitlement>, StorageError>;

    /// Opens a session, and forgets those that ended before an instant.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn open_session(&self, session: &Session, forget_before: Timestamp) -> Result<(), StorageError>;

    /// A session.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn session(&self, id: &str) -> Result<Option<Session>, StorageError>;

    /// An allocation.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn allocation(&self, id: &str) -> Result<Option<StoredAllocation>, StorageError>;

    /// The allocation of a request.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn allocation_of(&self, request: AllocationRequestId) -> Result<Option<StoredAllocation>, StorageError>;

    /// Allocations, by when they were made.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn allocations(&self, which: Which<'_>) -> Result<Vec<StoredAllocation>, StorageError>;

    /// Stores an allocation, and takes its seats of the entitlement, in one transaction. With `renews` the allocation of
    /// that id is renewed by it in the same transaction.
    ///
    /// # Errors
    /// As [`Self::add_order`]; then nothing is changed.
    fn allocate(&self, allocation: &StoredAllocation, renews: Option<&str>) -> Result<Taken, StorageError>;

    /// Gives the seats of an allocation back, and keeps the proof, in one transaction.
    ///
    /// # Errors
    /// As [`Self::add_order`]; then nothing is changed.
    fn give_back(&self, id: &str, proof: &str, at: Timestamp) -> Result<GivenBack, StorageError>;

    /// The latest records of the audit, the latest first.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn audit(&self, most: u32) -> Result<Vec<AuditRecord>, StorageError>;

    /// Walks the whole audit. Gives the number of records.
    ///
    /// # Errors
    /// As [`Self::add_order`]; damaged, with the first record that was changed or is missing.
    fn verify_audit(&self) -> Result<u64, StorageError>;

    /// Copies everything into a new file.
    ///
    /// # Errors
    /// As [`Self::add_order`].
    fn back_up(&self, to: &Path) -> Result<(), StorageError>;
}
