//! The one row that says how everything else must look.

use licensing_core::audit::AuditChain;

use crate::row::{Reader, checksum};

const FORM: u8 = 1;

/// Ends and sums of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) vendor: String,
    pub(crate) audit: AuditChain,
    /// Number of leases.
    pub(crate) leases: u64,
    /// Sum of the checksums of all leases.
    pub(crate) lease_sum: u64,
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
            leases: 0,
            lease_sum: 0,
            next_serial: 1,
            high_water_ms: i64::MIN,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = vec![FORM];
        body.extend_from_slice(&self.audit.last().to_be_bytes());
        body.extend_from_slice(self.audit.hash());
        body.extend_from_slice(&self.leases.to_be_bytes());
        body.extend_from_slice(&self.lease_sum.to_be_bytes());
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
        if reader.array::<1>()? != [FORM] {
            return None;
        }
        let last = reader.u64()?;
        let hash = reader.array::<32>()?;
        Some(Self {
            audit: AuditChain::resume(last, hash),
            leases: reader.u64()?,
            lease_sum: reader.u64()?,
            next_serial: reader.u64()?,
            high_water_ms: i64::from_be_bytes(reader.array()?),
            vendor: String::from_utf8(reader.rest().to_vec()).ok()?,
        })
    }
}
