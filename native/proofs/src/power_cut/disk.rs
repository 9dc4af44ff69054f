//! What is left on a disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::bail;

use super::journal::Entry;
use crate::Dice;

/// What a disk writes at once or not at all.
const SECTOR: usize = 512;
/// What the system reads, writes and syncs files by.
const PAGE: usize = 4096;

/// What becomes of writes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// All are lost.
    Lost,
    /// The first ones are there, up to some moment.
    Prefix,
    /// Any of them are there.
    Some,
    /// Any sectors of any of them are there.
    Torn,
    /// All are there.
    Kept,
}

impl Fate {
    /// Any; losses are likelier.
    pub fn any(dice: &mut Dice) -> Self {
        match dice.u8(..9) {
            0 | 1 => Self::Lost,
            2 | 3 => Self::Prefix,
            4 | 5 => Self::Some,
            6 | 7 => Self::Torn,
            _ => Self::Kept,
        }
    }
}

/// Puts into `file` what a power cut leaves of it: what stood there at the last sync, and of the writes since then what
/// `fate` says.
///
/// # Errors
/// If the file cannot be read or written, or the journal is one that keeps everything.
pub fn cut(file: &Path, unsynced: &[Entry], fate: Fate, dice: &mut Dice) -> anyhow::Result<()> {
    let mut bytes = fs::read(file)?;
    for entry in unsynced.iter().rev() {
        match entry {
            Entry::Write {
                offset,
                old_size,
                old,
                ..
            } => {
                bytes.resize(bytes.len().max(offset + old.len()), 0);
                bytes[*offset..offset + old.len()].copy_from_slice(old);
                bytes.resize(*old_size, 0);
            }
            Entry::Resize { size, old_size, old } => {
                bytes.resize(*old_size, 0);
                bytes[*size..size + old.len()].copy_from_slice(old);
            }
            Entry::Synced | Entry::SyncFailed => bail!("the journal keeps what was synced"),
        }
    }
    let prefix = dice.usize(..=unsynced.len());
    for (number, entry) in unsynced.iter().enumerate() {
        let there = match fate {
            Fate::Lost => false,
            Fate::Prefix => number < prefix,
            Fate::Some => dice.bool(),
            Fate::Torn | Fate::Kept => true,
        };
        if there {
            write(&mut bytes, entry, || fate != Fate::Torn || dice.bool());
        }
    }
    Ok(fs::write(file, bytes)?)
}

/// Writes once more what was written; `arrives` says of each sector whether it does.
fn write(bytes: &mut Vec<u8>, entry: &Entry, mut arrives: impl FnMut() -> bool) {
    match entry {
        Entry::Write { offset, new, .. } => {
            bytes.resize(bytes.len().max(offset + new.len()), 0);
            let mut at = 0;
            while at < new.len() {
                let end = new.len().min(at + SECTOR - (offset + at) % SECTOR);
                if arrives() {
                    bytes[offset + at..offset + end].copy_from_slice(&new[at..end]);
                }
                at = end;
            }
        }
        Entry::Resize { size, .. } => {
            if arrives() {
                bytes.resize(*size, 0);
            }
        }
        Entry::Synced | Entry::SyncFailed => {}
    }
}

/// What is on the disk of a file whose whole story is known, when the power is cut at its end. After a failed sync the
/// system forgets that pages were to be written: they come to the disk only if they are written once more.
pub fn image_after_failed_syncs(story: &[Entry], dice: &mut Dice) -> Vec<u8> {
    let (mut memory, mut disk) = (Vec::new(), Vec::new());
    let mut to_write = BTreeSet::new();
    for entry in story {
        write(&mut memory, entry, || true);
        match entry {
            Entry::Write { offset, new, .. } => {
                to_write.extend(offset / PAGE..(offset + new.len()).div_ceil(PAGE));
            }
            // Sizes are metadata, which another sync or the journal of the file system brings to the disk.
            Entry::Resize { size, .. } => disk.resize(*size, 0),
            Entry::Synced => write_pages(&memory, &mut disk, &std::mem::take(&mut to_write)),
            Entry::SyncFailed => to_write.clear(),
        }
    }
    to_write.retain(|_| dice.bool());
    write_pages(&memory, &mut disk, &to_write);
    disk
}

fn write_pages(memory: &[u8], disk: &mut Vec<u8>, pages: &BTreeSet<usize>) {
    disk.resize(memory.len(), 0);
    for page in pages {
        let end = memory.len().min((page + 1) * PAGE);
        if page * PAGE < end {
            disk[page * PAGE..end].copy_from_slice(&memory[page * PAGE..end]);
        }
    }
}
