//! The audit: what happened, in records chained by hash.
//!
//! A record's canonical form, all numbers big-endian:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | form, 1 |
//! | 8 | sequence number, from 1 without gaps |
//! | 8 | instant in microseconds since 1970, signed |
//! | 2 | kind |
//! | … | fields: number (1), length (2), value; texts in UTF-8, numbers in 8 bytes |
//!
//! A record's hash is SHA-256 of the hash before it and its canonical form. Before the first stands the SHA-256 of
//! `licensing audit 1` and the vendor's name. So nobody can change, remove or insert a record without changing all
//! hashes after it.

mod chain;
mod entries;
mod revoked;

use jiff::Timestamp;

pub use chain::{AuditChain, AuditError, AuditVerifier, Hash, Sealed};
pub use entries::AuditEntry;
pub use revoked::{RevokedSeats, RevokedSeatsOfPool};

const FORM: u8 = 1;
const HEADER: usize = 1 + 8 + 8 + 2;

macro_rules! numbered {
    ($(#[doc = $doc:literal])+ $name:ident: $repr:ty { $($(#[doc = $item_doc:literal])+ $item:ident = $number:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr($repr)]
        pub enum $name { $($(#[doc = $item_doc])+ $item = $number,)+ }

        impl $name {
            /// Its stored number.
            pub const fn number(self) -> $repr {
                self as $repr
            }

            /// The one of that number.
            pub const fn from_number(number: $repr) -> Option<Self> {
                match number { $($number => Some(Self::$item),)+ _ => None }
            }
        }
    };
}

numbered! {
    /// What a record tells of.
    AuditKind: u16 {
        /// The seat service of a vendor started.
        Started = 1,
        /// It stopped on purpose.
        Stopped = 2,
        /// The pools were replaced.
        PoolsReplaced = 3,
        /// Seats went out.
        LeaseOpened = 10,
        /// Seats came back.
        LeaseClosed = 11,
        /// A request was refused.
        Denied = 12,
        /// A lease was given back, and its seats stay out for a while.
        LeaseLingers = 15,
        /// The options file was replaced.
        RulesReplaced = 4,
        /// A user was first seen on a device, which counts for the assignment of a seat.
        PairAdded = 13,
        /// A user on a device does not count any more for the assignment of a seat.
        PairReleased = 14,
        /// A feature grants beyond what is installed from now on.
        BurstStarted = 16,
        /// It does so no more.
        BurstEnded = 17,
        /// The wall clock jumped.
        ClockJumped = 20,
        /// The storage takes changes again.
        StorageRecovered = 21,
        /// Records were moved to a sealed segment.
        SegmentSealed = 22,
        /// A segment was removed after the time for which it is kept.
        SegmentRemoved = 23,
        /// An administrator changed something.
        Administered = 30,
    }
}

numbered! {
    /// What a field of a record means.
    AuditField: u8 {
        /// Feature.
        Feature = 1,
        /// Version.
        Version = 2,
        /// Seats.
        Count = 3,
        /// How many of them are overdraft.
        Overdraft = 4,
        /// User.
        User = 5,
        /// Host.
        Host = 6,
        /// Display.
        Display = 7,
        /// What DUP_GROUP letter V compares.
        VendorData = 8,
        /// Product.
        Product = 9,
        /// Process id.
        ProcessId = 10,
        /// Public id of a lease.
        Lease = 11,
        /// Request key; secret while the lease lives, hence not for reports.
        RequestKey = 12,
        /// Serial number of a lease.
        Serial = 13,
        /// Numbered reason; of a denial as its number without the sign.
        Reason = 14,
        /// Words.
        Detail = 15,
        /// Leases held.
        Leases = 16,
        /// Number of pools.
        Pools = 17,
        /// Vendor.
        Vendor = 18,
        /// Seconds.
        Seconds = 19,
        /// Account on whose behalf it was done.
        Actor = 20,
        /// Address the account acted from.
        Origin = 21,
        /// Name of the operation.
        Operation = 22,
        /// To what it was done.
        Target = 23,
        /// Until when something holds, in milliseconds since 1970.
        Until = 24,
    }
}

/// A record as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Sequence number.
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, by number: later versions may know more kinds.
    pub kind: u16,
    fields: Vec<(u8, Vec<u8>)>,
}

impl AuditRecord {
    /// Reads a canonical form.
    pub fn decode(body: &[u8]) -> Option<Self> {
        let (header, mut rest) = body.split_at_checked(HEADER)?;
        if header[0] != FORM {
            return None;
        }
        let sequence = u64::from_be_bytes(header[1..9].try_into().ok()?);
        let at = i64::from_be_bytes(header[9..17].try_into().ok()?);
        let kind = u16::from_be_bytes(header[17..19].try_into().ok()?);
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let (head, after) = rest.split_at_checked(3)?;
            let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
            let (value, after) = after.split_at_checked(length)?;
            fields.push((head[0], value.to_vec()));
            rest = after;
        }
        Some(Self {
            sequence,
            at: Timestamp::from_microsecond(at).ok()?,
            kind,
            fields,
        })
    }

    /// Whether it tells of a lease that ended.
    pub fn is_closed(&self) -> bool {
        self.kind == AuditKind::LeaseClosed.number()
    }

    /// A field as text.
    pub fn text(&self, field: AuditField) -> Option<&str> {
        std::str::from_utf8(self.bytes(field)?).ok()
    }

    /// A field as a number.
    pub fn number(&self, field: AuditField) -> Option<u64> {
        Some(u64::from_be_bytes(self.bytes(field)?.try_into().ok()?))
    }

    /// A field as it stands.
    pub fn bytes(&self, field: AuditField) -> Option<&[u8]> {
        self.fields
            .iter()
            .find(|(number, _)| *number == field.number())
            .map(|(_, value)| value.as_slice())
    }
}
