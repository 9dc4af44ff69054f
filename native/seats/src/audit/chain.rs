//! The chain of hashes.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{AuditEntry, FORM, HEADER};

/// A SHA-256.
pub type Hash = [u8; 32];

/// A record ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Sequence number.
    pub sequence: u64,
    /// Canonical form.
    pub body: Vec<u8>,
    /// Hash of the chain up to and including it.
    pub hash: Hash,
}

/// The end of a chain, where records are appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChain {
    last: u64,
    hash: Hash,
}

impl AuditChain {
    /// An empty chain of a vendor.
    pub fn new(vendor: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"licensing audit 1\0");
        hash.update(vendor.as_bytes());
        Self {
            last: 0,
            hash: hash.finalize().into(),
        }
    }

    /// A chain whose last record is known.
    pub const fn resume(last: u64, hash: Hash) -> Self {
        Self { last, hash }
    }

    /// Sequence number of the last record; 0 when there is none.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// Hash of the last record.
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The end of the chain with the next record, of which only the canonical form is known; none when it has another number.
    #[must_use]
    pub fn follow(&self, body: &[u8]) -> Option<Self> {
        let own = body.get(1..9).and_then(|bytes| bytes.try_into().ok());
        let sequence = self.last + 1;
        (own.map(u64::from_be_bytes) == Some(sequence)).then(|| Self {
            last: sequence,
            hash: link(&self.hash, body),
        })
    }

    /// Appends a record.
    pub fn append(&mut self, at: Timestamp, entry: AuditEntry) -> Sealed {
        let sequence = self.last + 1;
        let (kind, fields) = entry.into_parts();
        let mut body = Vec::with_capacity(HEADER + fields.len());
        body.push(FORM);
        body.extend_from_slice(&sequence.to_be_bytes());
        body.extend_from_slice(&at.as_microsecond().to_be_bytes());
        body.extend_from_slice(&kind.number().to_be_bytes());
        body.extend_from_slice(&fields);
        let hash = link(&self.hash, &body);
        self.last = sequence;
        self.hash = hash;
        Sealed { sequence, body, hash }
    }
}

/// Where and how a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// A record is missing or out of place.
    #[error("audit record {expected} is missing; record {found} stands in its place")]
    Gap {
        /// Record that should be there.
        expected: u64,
        /// Record that is.
        found: u64,
    },
    /// A record's text and its hash do not fit the ones before.
    #[error("audit record {sequence} was changed")]
    Changed {
        /// Its sequence number.
        sequence: u64,
    },
    /// The last records are missing.
    #[error("audit records {from} to {to} are missing at the end")]
    Truncated {
        /// First missing record.
        from: u64,
        /// Last missing record.
        to: u64,
    },
}

/// Verifies a chain, record by record.
#[derive(Debug, Clone)]
pub struct AuditVerifier {
    chain: AuditChain,
}

impl AuditVerifier {
    /// Verifies from the end of an already verified part on.
    pub const fn new(verified: AuditChain) -> Self {
        Self { chain: verified }
    }

    /// Takes the next record as stored.
    pub fn check(&mut self, sequence: u64, body: &[u8], hash: &[u8]) -> Result<(), AuditError> {
        let expected = self.chain.last + 1;
        if sequence != expected {
            return Err(AuditError::Gap {
                expected,
                found: sequence,
            });
        }
        let own = body
            .get(1..9)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_be_bytes);
        let computed = link(&self.chain.hash, body);
        if own != Some(sequence) || computed.as_slice() != hash {
            return Err(AuditError::Changed { sequence });
        }
        self.chain = AuditChain {
            last: sequence,
            hash: computed,
        };
        Ok(())
    }

    /// Says whether the chain ends where it must.
    pub fn finish(&self, end: &AuditChain) -> Result<(), AuditError> {
        if self.chain.last < end.last {
            return Err(AuditError::Truncated {
                from: self.chain.last + 1,
                to: end.last,
            });
        }
        if self.chain.last > end.last {
            return Err(AuditError::Gap {
                expected: end.last,
                found: self.chain.last,
            });
        }
        if self.chain.hash != end.hash {
            return Err(AuditError::Changed { sequence: end.last });
        }
        Ok(())
    }

    /// Records verified so far end here.
    pub const fn verified(&self) -> &AuditChain {
        &self.chain
    }
}

fn link(previous: &Hash, body: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(body);
    hash.finalize().into()
}
