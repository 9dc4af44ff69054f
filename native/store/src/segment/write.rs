//! Writing a segment.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use licensing_files::{Existing, Readers, durable, make_private_folder};
use licensing_seats::audit::{AuditChain, AuditRecord, AuditVerifier};
use licensing_ticket::TicketSigner;
use sha2::{Digest as _, Sha256};

use crate::StoreError;

use super::{CONTEXT, FORM, Seal, file_of, segment_folder};

/// Takes the records of a segment, each checked against the chain.
pub(crate) struct SegmentWriter<'a> {
    database: &'a Path,
    start: AuditChain,
    verifier: AuditVerifier,
    first_hash: Vec<u8>,
    content: ZlibEncoder<Vec<u8>>,
    bytes: u64,
    period: Option<(Timestamp, Timestamp)>,
}

impl<'a> SegmentWriter<'a> {
    /// Begins after the end of the segments before.
    pub(crate) fn new(database: &'a Path, start: AuditChain) -> Self {
        Self {
            database,
            verifier: AuditVerifier::new(start.clone()),
            start,
            first_hash: Vec::new(),
            content: ZlibEncoder::new(Vec::new(), Compression::default()),
            bytes: 0,
            period: None,
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it does not fit the ones before: nothing that was changed is sealed.
    pub(crate) fn add(&mut self, sequence: u64, body: &[u8], hash: &[u8]) -> Result<(), StoreError> {
        let damaged = |detail: String| StoreError::damaged(self.database, detail);
        self.verifier
            .check(sequence, body, hash)
            .map_err(|error| damaged(error.to_string()))?;
        let record = AuditRecord::decode(body)
            .ok_or_else(|| damaged(format!("audit record {sequence} was changed")))?;
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        self.content
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.content.write_all(body))
            .map_err(|error| damaged(error.to_string()))?;
        self.bytes += 4 + body.len() as u64;
        if self.first_hash.is_empty() {
            self.first_hash = hash.to_vec();
        }
        let (from, until) = self.period.unwrap_or((record.at, record.at));
        self.period = Some((from.min(record.at), until.max(record.at)));
        Ok(())
    }

    /// Writes the file, so that it is on the disk, and gives its seal; none without records.
    ///
    /// # Errors
    /// When it cannot be written. A file that an interrupted seal has left is replaced.
    pub(crate) fn finish(
        self,
        vendor: &str,
        signer: &TicketSigner,
        now: Timestamp,
    ) -> Result<Option<Seal>, StoreError> {
        let Some((from, until)) = self.period else {
            return Ok(None);
        };
        let first = self.start.last() + 1;
        let path = file_of(self.database, first);
        let unavailable = |error: std::io::Error| StoreError::Unavailable {
            path: path.clone(),
            detail: error.to_string(),
        };
        let content = self.content.finish().map_err(unavailable)?;
        let end = self.verifier.verified();
        let seal = Seal {
            form: FORM,
            vendor: vendor.to_owned(),
            first,
            last: end.last(),
            count: end.last() - self.start.last(),
            before: hex::encode(self.start.hash()),
            first_hash: hex::encode(&self.first_hash),
            last_hash: hex::encode(end.hash()),
            from,
            until,
            bytes: self.bytes,
            sha256: hex::encode(Sha256::digest(&content)),
            sealed: now,
            key: hex::encode(signer.public_key()),
        };
        let text = serde_json::to_string(&seal).map_err(|error| unavailable(error.into()))?;
        let signature = hex::encode(signer.sign_statement(CONTEXT, text.as_bytes()));
        make_private_folder(&segment_folder(self.database)).map_err(unavailable)?;
        durable::write_with(&path, Readers::Owner, Existing::Replace, |file| {
            file.write_all(format!("{text}\n{signature}\n").as_bytes())?;
            file.write_all(&content)
        })
        .map_err(unavailable)?;
        Ok(Some(seal))
    }
}
