//! What a decision changes: the store makes it durable, the audit tells of it.

use std::sync::Arc;

use crate::pool::PoolIdentity;

use super::{BurstRecord, CheckoutRequest, Denial, Holder, LeaseRecord, LeaseTerm, PairRecord};

/// Why a lease ended. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CloseReason {
    /// Its holder gave it back.
    CheckedIn = 1,
    /// No heartbeat came for its lifetime.
    Expired = 2,
    /// An administrator took it back.
    Revoked = 3,
    /// The time it was borrowed for is over.
    BorrowEnded = 4,
}

/// A lease that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLease {
    /// What it was.
    pub record: LeaseRecord,
    /// Why it ended.
    pub reason: CloseReason,
    /// Pool it was of.
    pub pool: Arc<PoolIdentity>,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedRequest {
    /// Feature it asked for.
    pub feature: String,
    /// Version it asked for.
    pub version: String,
    /// Seats it asked for.
    pub count: u32,
    /// Who asked.
    pub holder: Holder,
    /// Why not.
    pub denial: Denial,
}

impl DeniedRequest {
    /// Names are cut to what is stored: a refused request may be arbitrarily long.
    pub(super) fn new(request: &CheckoutRequest, denial: Denial) -> Self {
        let cut = |text: &str| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(64)
                .collect::<String>()
        };
        Self {
            feature: cut(&request.feature),
            version: cut(&request.version),
            count: request.count,
            holder: Holder {
                user: cut(&request.holder.user),
                host: cut(&request.holder.host),
                display: cut(&request.holder.display),
                vendor_data: cut(&request.holder.vendor_data),
                product: cut(&request.holder.product),
                process_id: request.holder.process_id,
                project: cut(&request.holder.project),
                address: request.holder.address,
            },
            denial,
        }
    }
}

/// One change of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Seats went out.
    Opened {
        /// The new lease.
        record: LeaseRecord,
        /// Pool it is of.
        pool: Arc<PoolIdentity>,
    },
    /// A lease was given back, and its seats stay out for a while. It is closed when that is over.
    Lingers {
        /// The lease as it is now.
        record: LeaseRecord,
        /// Until when it was held before.
        before: LeaseTerm,
        /// For how long.
        seconds: u32,
        /// Pool it is of.
        pool: Arc<PoolIdentity>,
    },
    /// Seats came back.
    Closed(ClosedLease),
    /// A user was seen on a device, which assigns a seat or keeps it assigned.
    Used {
        /// The pair as it is now.
        record: PairRecord,
        /// Last use as it is stored; none when the pair is new.
        stored_ms: Option<i64>,
        /// Pool it counts in.
        pool: Arc<PoolIdentity>,
    },
    /// A user was not seen on a device for the period of assignments.
    Released {
        /// The pair as it was.
        record: PairRecord,
        /// Last use as it is stored.
        stored_ms: Option<i64>,
        /// Pool it counted in.
        pool: Arc<PoolIdentity>,
    },
    /// A feature grants beyond what is installed from now on. Comes before the lease that was the first to be granted so.
    BurstStarted {
        /// The burst.
        record: BurstRecord,
        /// The one before, as it is stored.
        before: Option<BurstRecord>,
    },
    /// Nothing more is granted beyond what is installed.
    BurstEnded(BurstRecord),
    /// A request was refused. Changes no seat.
    Denied(DeniedRequest),
}
