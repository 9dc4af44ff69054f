//! Reading a segment.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;
use licensing_files::regular;
use licensing_seats::audit::AuditChain;
use licensing_ticket::is_signed_by;
use sha2::{Digest as _, Sha256};

use crate::StoreError;

use super::{CONTEXT, FORM, Seal, Segment, hash_of};

/// Longest line before the records.
const LINE_BYTES: u64 = 4096;
/// Longest record: 255 fields of 64 KiB would fit, and none comes near.
const RECORD_BYTES: u32 = 1 << 24;

/// Reads the seal and checks its signature.
///
/// # Errors
/// [`StoreError::Damaged`] when the file is missing or the signature does not fit the key that the seal names.
pub(super) fn open(path: &Path) -> Result<Segment, StoreError> {
    let (seal, _) = begin(path)?;
    Ok(Segment {
        path: path.to_owned(),
        seal,
    })
}

fn begin(path: &Path) -> Result<(Seal, BufReader<File>), StoreError> {
    let damaged = |detail: &str| StoreError::damaged(path, detail);
    let file = match regular::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(damaged("the segment of the audit is gone"));
        }
        Err(error) => {
            return Err(StoreError::Unavailable {
                path: path.to_owned(),
                detail: error.to_string(),
            });
        }
    };
    let mut content = BufReader::with_capacity(1 << 16, file);
    let mut line = || {
        let mut line = String::new();
        content.by_ref().take(LINE_BYTES).read_line(&mut line).ok()?;
        line.strip_suffix('\n').map(str::to_owned)
    };
    let seal = line().and_then(|text| {
        let signature: [u8; 64] = hex::decode(line()?).ok()?.try_into().ok()?;
        let seal: Seal = serde_json::from_str(&text).ok()?;
        let key = hash_of(&seal.key)?;
        is_signed_by(&key, CONTEXT, text.as_bytes(), &signature).then_some(seal)
    });
    let seal = seal.ok_or_else(|| damaged("the seal of the segment was changed"))?;
    if seal.form != FORM {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
            detail: format!(
                "the segment was written by a newer version of the server (form {})",
                seal.form
            ),
        });
    }
    Ok((seal, content))
}

/// A reader that computes what it reads.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if let Some(read) = buffer.get(..length) {
            self.hash.update(read);
        }
        Ok(length)
    }
}

/// Hands over the records of a segment in order, each with its number. Everything that the seal says is checked; a problem at
/// the end is told after the records.
///
/// # Errors
/// [`StoreError::Damaged`] when anything is not as it was sealed.
pub(crate) fn read_records(
    segment: &Segment,
    mut each: impl FnMut(u64, &[u8]),
) -> Result<AuditChain, StoreError> {
    let path = &segment.path;
    let damaged = |detail: &str| StoreError::damaged(path, detail);
    let (seal, content) = begin(path)?;
    if seal != segment.seal {
        return Err(damaged("the segment was replaced while it was read"));
    }
    let mut chain = seal
        .start()
        .ok_or_else(|| damaged("the seal of the segment was changed"))?;
    let mut compressed = Hashing {
        inner: content,
        hash: Sha256::new(),
    };
    let mut records = BufReader::with_capacity(1 << 16, ZlibDecoder::new(&mut compressed));
    let mut body = Vec::new();
    while chain.last() < seal.last {
        let missing = || format!("audit record {} of the segment was changed", chain.last() + 1);
        let mut length = [0; 4];
        let read = records.read_exact(&mut length);
        let length = u32::from_be_bytes(length);
        if read.is_err() || length > RECORD_BYTES {
            return Err(damaged(&missing()));
        }
        body.resize(length as usize, 0);
        records.read_exact(&mut body).map_err(|_| damaged(&missing()))?;
        chain = chain.follow(&body).ok_or_else(|| damaged(&missing()))?;
        each(chain.last(), &body);
    }
    let more = records
        .read(&mut [0; 1])
        .map_err(|_| damaged("the segment was changed at its end"))?;
    drop(records);
    // Also what no record is made of.
    std::io::copy(&mut compressed, &mut std::io::sink())
        .map_err(|_| damaged("the segment cannot be read"))?;
    let is_whole = more == 0
        && Some(&chain) == seal.end().as_ref()
        && hex::encode(compressed.hash.finalize()) == seal.sha256;
    match is_whole {
        true => Ok(chain),
        false => Err(damaged(
            "the records of the segment are not those that were sealed",
        )),
    }
}
