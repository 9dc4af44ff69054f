//! Sealed segments of the audit: files in the folder `audit` beside the database, which the records of earlier times are
//! moved to, so that the database stays small.
//!
//! A segment is named after the database and its first record, `ACME-00000000000000000001.segment`:
//!
//! | line | what |
//! | --- | --- |
//! | 1 | the seal as JSON, see [`Seal`] |
//! | 2 | its signature by the key of the server, hex |
//! | rest | the records, compressed (zlib): length in 4 bytes and canonical form of each |
//!
//! The hashes of the chain are not stored: they are computed again, from the hash before the first record, and have to end at
//! the one that the seal names. Which segments belong to the audit is said by the head of the database alone; a file that
//! it does not know is left over from a seal that was interrupted, and the next one replaces it.

mod read;
mod write;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use licensing_seats::audit::{AuditChain, Hash};
use licensing_ticket::TicketSigner;
use serde::{Deserialize, Serialize};

use crate::StoreError;

pub(crate) use read::read_records;
pub(crate) use write::SegmentWriter;

/// What the signature is made for, so that none of another purpose fits.
const CONTEXT: &[u8] = b"licensing audit segment 1\n";

/// Form that this program writes and reads.
const FORM: u32 = 1;

/// What a segment says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    /// Form of the file.
    pub form: u32,
    /// Vendor whose seats the records are about.
    pub vendor: String,
    /// Number of the first record.
    pub first: u64,
    /// Number of the last record.
    pub last: u64,
    /// Number of records.
    pub count: u64,
    /// Hash of the chain before the first record, hex.
    pub before: String,
    /// Hash of the chain up to the first record, hex.
    pub first_hash: String,
    /// Hash of the chain up to the last record, hex.
    pub last_hash: String,
    /// Earliest instant of a record.
    pub from: Timestamp,
    /// Latest instant of a record.
    pub until: Timestamp,
    /// Bytes of the records, before they were compressed.
    pub bytes: u64,
    /// SHA-256 of what follows the signature, hex.
    pub sha256: String,
    /// When it was sealed.
    pub sealed: Timestamp,
    /// Key that the seal was signed with, hex.
    pub key: String,
}

impl Seal {
    /// The end of the chain before the first record.
    pub(crate) fn start(&self) -> Option<AuditChain> {
        Some(AuditChain::resume(
            self.first.checked_sub(1)?,
            hash_of(&self.before)?,
        ))
    }

    /// The end of the chain with the last record.
    pub(crate) fn end(&self) -> Option<AuditChain> {
        Some(AuditChain::resume(self.last, hash_of(&self.last_hash)?))
    }
}

fn hash_of(text: &str) -> Option<Hash> {
    hex::decode(text).ok()?.try_into().ok()
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The file.
    pub path: PathBuf,
    /// Its seal, whose signature fits the key that it names.
    pub seal: Seal,
}

impl Segment {
    /// Whether it was sealed with this key. After the key of a server was replaced, earlier segments were not; they are
    /// trusted because the chain goes on from them.
    pub fn is_sealed_by(&self, signer: &TicketSigner) -> bool {
        self.seal.key == hex::encode(signer.public_key())
    }
}

/// Folder of the segments of a database.
pub fn segment_folder(database: &Path) -> PathBuf {
    database.with_file_name("audit")
}

/// The name that all segments of a database begin with.
fn prefix(database: &Path) -> String {
    let stem = database.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}-")
}

/// File of the segment with this first record.
pub(crate) fn file_of(database: &Path, first: u64) -> PathBuf {
    segment_folder(database).join(format!("{}{first:020}.segment", prefix(database)))
}

/// Files of the segments of a database, in order; those that no head knows of are among them.
///
/// # Errors
/// When the folder cannot be read.
pub fn segment_files(database: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let folder = segment_folder(database);
    let unavailable = |error: std::io::Error| StoreError::Unavailable {
        path: folder.clone(),
        detail: error.to_string(),
    };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unavailable(error)),
    };
    let prefix = prefix(database);
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unavailable)?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".segment"));
        if number.is_some_and(|number| number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Opens the segments between two ends of the chain, in order, by their seals alone: each has to begin where the one before
/// ended.
///
/// # Errors
/// [`StoreError::Damaged`] names the segment that is missing or does not fit.
pub(crate) fn segments_between(
    database: &Path,
    vendor: &str,
    removed: &AuditChain,
    sealed: &AuditChain,
) -> Result<Vec<Segment>, StoreError> {
    let mut segments = Vec::new();
    let mut end = removed.clone();
    while end.last() < sealed.last() {
        let path = file_of(database, end.last() + 1);
        let segment = read::open(&path)?;
        let fits = segment.seal.vendor == vendor && segment.seal.start().as_ref() == Some(&end);
        let next = segment.seal.end().filter(|next| fits && next.last() > end.last());
        end = next.ok_or_else(|| {
            StoreError::damaged(&path, "the segment does not go on where the one before ended")
        })?;
        segments.push(segment);
    }
    if &end == sealed {
        return Ok(segments);
    }
    Err(StoreError::damaged(
        &segment_folder(database),
        format!(
            "the segments end at audit record {}, and the database goes on from {}",
            end.last(),
            sealed.last()
        ),
    ))
}
