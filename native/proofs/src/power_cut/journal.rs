//! Journals of what was written and not synced.

use std::path::Path;

use anyhow::{bail, ensure};

const MAGIC: u32 = 0x5043_5554;
const HEAD: usize = 40;

/// One thing that happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Bytes were written.
    Write {
        /// Where.
        offset: usize,
        /// Size of the file before.
        old_size: usize,
        /// What stood there.
        old: Vec<u8>,
        /// What was written.
        new: Vec<u8>,
    },
    /// The size was changed.
    Resize {
        /// To this.
        size: usize,
        /// Size of the file before.
        old_size: usize,
        /// What was cut off.
        old: Vec<u8>,
    },
    /// Everything before is on the disk.
    Synced,
    /// Syncing failed, and the system takes what it tried to write for written.
    SyncFailed,
}

/// Reads one. What the end of the process cut off has not happened.
///
/// # Errors
/// If the file cannot be read or is no journal.
pub fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let mut entries = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((head, after)) = rest.split_first_chunk::<HEAD>() {
        let numbers: Vec<usize> = head[8..]
            .chunks_exact(8)
            .map(|number| {
                number
                    .iter()
                    .rev()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
            })
            .collect();
        let [offset, old_size, new_length, old_length] = numbers[..] else {
            bail!("four numbers make a head");
        };
        let magic = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        ensure!(magic == MAGIC, "{} is no journal", path.display());
        let Some((old, after)) = after.split_at_checked(old_length) else {
            break;
        };
        let Some((new, after)) = after.split_at_checked(new_length) else {
            break;
        };
        let (old, new) = (old.to_vec(), new.to_vec());
        entries.push(match head[4] {
            1 => Entry::Write {
                offset,
                old_size,
                old,
                new,
            },
            2 => Entry::Resize {
                size: offset,
                old_size,
                old,
            },
            3 => Entry::Synced,
            4 => Entry::SyncFailed,
            kind => bail!("{} has an entry of kind {kind}", path.display()),
        });
        rest = after;
    }
    Ok(entries)
}
