//! What a decision changes: the store makes it durable, the audit tells of it.

use std::sync::Arc;

use crate::pool::PoolIdentity;

use super::{
    BurstRecord, CheckoutRequest, Denial, DenialCount, DenialRecord, Holder, LeaseRecord, LeaseTerm,
    PairRecord,
};

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

/// Why a user on a device does not count any more. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ReleaseReason {
    /// The user was not seen on the device for the period of assignments.
    Unused = 1,
    /// It was granted beyond all seats (burst), which ends with the session.
    BurstUse = 2,
    /// An administrator revoked the seat of the user.
    UserRevoked = 3,
    /// An administrator revoked the seat of the device.
    DeviceRevoked = 4,
}

impl ReleaseReason {
    /// Whose seat was revoked, as it is compared; empty when none was.
    pub fn revoked(self, record: &PairRecord) -> &str {
        match self {
            Self::Unused | Self::BurstUse => "",
            Self::UserRevoked => &record.user,
            Self::DeviceRevoked => &record.device,
        }
    }
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

/// A request that was refused. Its names are cut to what is stored: a refused request may be arbitrarily long.
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
    /// The record that it counts in, as it is now.
    pub stored: DenialCount,
    /// That record, when this denial begins it.
    pub record: Option<Box<DenialRecord>>,
}

/// A request that waits for seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedRequest {
    /// Feature it asks for.
    pub feature: String,
    /// Seats it asks for.
    pub count: u32,
    /// Who asks.
    pub holder: Holder,
}

impl QueuedRequest {
    pub(super) fn new(request: &CheckoutRequest) -> Self {
        Self {
            feature: request.feature.clone(),
            count: request.count,
            holder: request.holder.clone(),
        }
    }
}

impl Change {
    /// Whether it has to be stored before anybody is answered. Denials are, too, but nobody has to wait for that; places in
    /// the queue are not stored.
    pub const fn is_stored(&self) -> bool {
        match self {
            Self::Opened { .. }
            | Self::Lingers { .. }
            | Self::Closed(_)
            | Self::Used { .. }
            | Self::Released { .. }
            | Self::BurstStarted { .. }
            | Self::BurstEnded(_) => true,
            Self::Denied(_) | Self::GrantedLater(_) | Self::Queued(_) => false,
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
        /// By which token or certificate the product came in; empty for none.
        caller: String,
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
        /// The pair as it is stored; none when it is new.
        before: Option<PairRecord>,
        /// Pool it counts in.
        pool: Arc<PoolIdentity>,
    },
    /// A user on a device does not count any more.
    Released {
        /// Why.
        reason: ReleaseReason,
        /// The pair as it was.
        record: PairRecord,
        /// The pair as it is stored.
        before: Option<PairRecord>,
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
    /// Who was refused before got seats of the feature. Changes no seat.
    GrantedLater(DenialCount),
    /// A request waits. Places in the queue are not stored.
    Queued(QueuedRequest),
}
