//! The one row that says how everything else must look.

use licensing_seats::audit::AuditChain;
use rusqlite::Connection;

use super::row::{Reader, checksum};

/// Form without the tallies of denials and bursts, as schema version 1 had it.
const FIRST_FORM: u8 = 1;
/// Form without the ends of segments, as schema versions 2 to 4 had it.
const SECOND_FORM: u8 = 2;
const FORM: u8 = 3;

/// Number of rows of a table and the sum of their checksums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) sum: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, sum: u64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(sum);
    }

    pub(crate) fn remove(&mut self, sum: u64) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(sum);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            rows: reader.u64()?,
            sum: reader.u64()?,
        })
    }
}

/// Ends and sums of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) vendor: String,
    pub(crate) audit: AuditChain,
    /// Records up to here stand in sealed segments; those of them that are still in the table count for nothing.
    pub(crate) sealed: AuditChain,
    /// Records up to here were removed with their segments.
    pub(crate) removed: AuditChain,
    /// Leases.
    pub(crate) leases: Tally,
    /// Pairs of users and devices.
    pub(crate) pairs: Tally,
    /// Refused requests.
    pub(crate) denials: Tally,
    /// Features that grant beyond what is installed, or have.
    pub(crate) bursts: Tally,
    /// Serial numbers below this one have been used.
    pub(crate) next_serial: u64,
    /// Latest trusted time in milliseconds since 1970.
    pub(crate) high_water_ms: i64,
}

impl Head {
    pub(crate) fn new(vendor: &str) -> Self {
        Self {
            vendor: vendor.to_owned(),
            audit: AuditChain::new(vendor),
            sealed: AuditChain::new(vendor),
            removed: AuditChain::new(vendor),
            leases: Tally::default(),
            pairs: Tally::default(),
            denials: Tally::default(),
            bursts: Tally::default(),
            next_serial: 1,
            high_water_ms: i64::MIN,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = vec![FORM];
        for chain in [&self.audit, &self.sealed, &self.removed] {
            body.extend_from_slice(&chain.last().to_be_bytes());
            body.extend_from_slice(chain.hash());
        }
        for tally in [self.leases, self.pairs, self.denials, self.bursts] {
            body.extend_from_slice(&tally.rows.to_be_bytes());
            body.extend_from_slice(&tally.sum.to_be_bytes());
        }
        body.extend_from_slice(&self.next_serial.to_be_bytes());
        body.extend_from_slice(&self.high_water_ms.to_be_bytes());
        body.extend_from_slice(self.vendor.as_bytes());
        let sum = checksum(b"head", 1, 0, &body);
        body.extend_from_slice(&sum.to_be_bytes());
        body
    }

    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        let (body, sum) = stored.split_last_chunk::<8>()?;
        if checksum(b"head", 1, 0, body) != u64::from_be_bytes(*sum) {
            return None;
        }
        let mut reader = Reader::new(body);
        let (has_all, has_segments) = match reader.array::<1>()? {
            [FIRST_FORM] => (false, false),
            [SECOND_FORM] => (true, false),
            [FORM] => (true, true),
            _ => return None,
        };
        let mut chain = || Some(AuditChain::resume(reader.u64()?, reader.array::<32>()?));
        let audit = chain()?;
        let ends = match has_segments {
            true => Some((chain()?, chain()?)),
            false => None,
        };
        let (leases, pairs) = (Tally::read(&mut reader)?, Tally::read(&mut reader)?);
        let (denials, bursts) = match has_all {
            true => (Tally::read(&mut reader)?, Tally::read(&mut reader)?),
            false => (Tally::default(), Tally::default()),
        };
        let next_serial = reader.u64()?;
        let high_water_ms = i64::from_be_bytes(reader.array()?);
        let vendor = String::from_utf8(reader.rest().to_vec()).ok()?;
        let (sealed, removed) = ends.unwrap_or_else(|| (AuditChain::new(&vendor), AuditChain::new(&vendor)));
        Some(Self {
            vendor,
            audit,
            sealed,
            removed,
            leases,
            pairs,
            denials,
            bursts,
            next_serial,
            high_water_ms,
        })
    }
}

pub(super) fn write_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO head (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = ?1",
        )?
        .execute([head.encode()])
        .map(|_| ())
}
