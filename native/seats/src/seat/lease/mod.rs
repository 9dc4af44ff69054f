//! Leases and their names.

mod borrow;
mod closed;
mod counting;
mod deadline;
mod group;
mod groups;
mod held;
mod linger;
mod members;
mod names;
mod revoke;
mod table;
mod term;
mod ticketing;

use std::fmt;
use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};

use crate::seat::Holder;

pub(in crate::seat) use closed::ClosedKeys;
pub use deadline::STEP_MS as DEADLINE_STEP_MS;
pub(in crate::seat) use group::{Group, GroupKey, group_key};
pub(in crate::seat) use groups::{Groups, NO_GROUP};
pub(in crate::seat) use held::Held;
pub(in crate::seat) use names::is_sound;
pub use revoke::RevokeFilter;
pub(in crate::seat) use table::Leases;
pub use ticketing::TicketTerms;

/// Names a lease and is the right to give it back, hence as secret as a password: it is never shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseId([u8; 16]);

/// Names a checkout request: repeated, it gives the same lease. It leads to the lease, hence is never shown either.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestKey([u8; 16]);

macro_rules! secret_name {
    ($name:ident, $label:literal) => {
        impl $name {
            /// From 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// From a slice; none unless it has 16 bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The bytes, for the wire and the store only.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// What may be shown in its place: it tells two of them apart and cannot be turned back.
            pub fn public(&self) -> [u8; 16] {
                let mut hash = Sha256::new();
                hash.update($label);
                hash.update(self.0);
                let digest = hash.finalize();
                let mut public = [0; 16];
                public.copy_from_slice(&digest[..16]);
                public
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

secret_name!(LeaseId, "licensing lease 1");
secret_name!(RequestKey, "licensing request 1");

/// A lease as its holder is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Its name.
    pub id: LeaseId,
    /// Feature as the license file spells it.
    pub feature: String,
    /// Version of the pool the seats came from.
    pub version: String,
    /// Seats.
    pub count: u32,
    /// How many of them were overdraft when it was granted.
    pub overdraft: u32,
    /// How often a heartbeat is due.
    pub heartbeat: Duration,
    /// After how long without one it ends.
    pub lifetime: Duration,
    /// When it was granted, to the millisecond.
    pub since: Timestamp,
    /// Last day on which its pool has seats; none when that never ends.
    pub license_expires: Option<Date>,
    /// When its seats come back by themselves; none unless they are borrowed.
    pub borrowed_until: Option<Timestamp>,
    /// What a ticket may say about it; none when there can be none at the moment.
    pub ticket: Option<Box<TicketTerms>>,
}

/// A lease as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRecord {
    /// Number within this ledger, rising, never used twice.
    pub serial: u64,
    /// Its name.
    pub id: LeaseId,
    /// Request it came from.
    pub request_key: RequestKey,
    /// Pool the seats came from.
    pub pool: crate::pool::PoolId,
    /// Seats.
    pub count: u32,
    /// How many of them were overdraft when it was granted.
    pub overdraft: u32,
    /// When it was granted, in milliseconds since 1970.
    pub since_ms: i64,
    /// Who holds it.
    pub holder: Holder,
    /// Until when it is held.
    pub term: LeaseTerm,
}

/// Until when a lease is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeaseTerm {
    /// As long as heartbeats come.
    #[default]
    Heartbeats,
    /// Its holder has given it back; LINGER keeps the seats out until then.
    Lingering {
        /// In milliseconds since 1970, on the trusted clock.
        until_ms: i64,
    },
    /// Taken along, without heartbeats, until then.
    Borrowed {
        /// In milliseconds since 1970, on the trusted clock.
        until_ms: i64,
    },
}
