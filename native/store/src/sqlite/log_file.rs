//! The log beside an SQLite database with pages of 4 KiB, before it is built upon.

use std::fs::OpenOptions;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Bytes that are written at a time.
const PIECE: usize = 1 << 20;
/// Bytes of the head of the log, and of the head of each frame.
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// Bytes of a page in files of ours.
const PAGE: usize = 4096;
/// First four bytes of a log whose checksums are made of little-endian words; one more means big-endian.
const MAGIC: u32 = 0x377f_0682;

/// Pages that the log takes up.
pub(crate) fn pages(database: &Path) -> usize {
    // A log that cannot be looked at is none that could be copied.
    let bytes = std::fs::metadata(beside(database)).map_or(0, |log| log.len());
    usize::try_from(bytes / (FRAME_HEAD + PAGE) as u64).unwrap_or(usize::MAX)
}

/// Looks for damage in the log, where SQLite would only see its end and quietly forget what comes after.
///
/// A power cut leaves the last transaction in pieces, since every transaction is synced before the next one begins. So
/// where a frame is broken and at least two whole commits follow, it was not a power cut. Damage to the very last
/// transaction cannot be told from one.
///
/// # Errors
/// [`StoreError::Damaged`] names the frame; [`StoreError::Unavailable`] when the file cannot be read.
pub fn check(database: &Path) -> Result<(), StoreError> {
    let path = beside(database);
    match std::fs::File::open(&path).and_then(|file| first_damage(&mut BufReader::with_capacity(PIECE, file)))
    {
        Ok(None) => Ok(()),
        Ok(Some(damage)) => Err(StoreError::damaged(
            &path,
            format!("{damage} of the log is damaged, and whole transactions follow"),
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::Unavailable {
            path,
            detail: error.to_string(),
        }),
    }
}

/// The first broken piece with two whole commits behind it.
fn first_damage(log: &mut impl Read) -> std::io::Result<Option<String>> {
    let mut head = [0; LOG_HEAD];
    if !fill(log, &mut head)? {
        return Ok(None);
    }
    let big_endian = match word(&head, 0).wrapping_sub(MAGIC) {
        0 => false,
        1 => true,
        _ => cfg!(target_endian = "big"),
    };
    let sum = checksum((0, 0), &head[..24], big_endian);
    let head_is_whole = sum == (word(&head, 24), word(&head, 28));
    let mut broken = (!head_is_whole).then(|| "the head".to_owned());
    // A head that is broken tells nothing: then the first frame says whose frames belong together.
    let mut salt = head_is_whole.then(|| (word(&head, 16), word(&head, 20)));
    let mut before = (word(&head, 24), word(&head, 28));
    let mut commits_behind = 0;
    let mut frame = vec![0; FRAME_HEAD + PAGE];
    let mut number = 0;
    while fill(log, &mut frame)? {
        number += 1;
        let own_salt = (word(&frame, 8), word(&frame, 12));
        let stored = (word(&frame, 16), word(&frame, 20));
        let sum = checksum(before, &frame[..8], big_endian);
        let sum = checksum(sum, &frame[FRAME_HEAD..], big_endian);
        let is_whole = *salt.get_or_insert(own_salt) == own_salt && sum == stored;
        let is_commit = word(&frame, 4) != 0;
        match &broken {
            None if !is_whole => broken = Some(format!("frame {number}")),
            None => {}
            Some(_) if is_whole && is_commit => commits_behind += 1,
            Some(_) => {}
        }
        before = stored;
    }
    Ok(broken.filter(|_| commits_behind >= 2))
}

/// Reads exactly so many bytes; false at the end.
fn fill(log: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    match log.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    u32::from_be_bytes(word.unwrap_or_default())
}

/// The checksum of SQLite's log over pairs of words.
fn checksum(from: (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let read = |word: &[u8]| {
        let word = word.try_into().unwrap_or_default();
        if big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        }
    };
    bytes.chunks_exact(8).fold(from, |(one, two), pair| {
        let one = one.wrapping_add(read(&pair[..4])).wrapping_add(two);
        (one, two.wrapping_add(read(&pair[4..])).wrapping_add(one))
    })
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    PathBuf::from(path)
}

/// Writes what stands in the log once more, byte for byte, and syncs it.
///
/// When a sync fails, systems take the pages for written all the same and never try again. The process ends then, but the
/// next one still reads these pages from memory. Without this it would append to them, acknowledge that, and lose it to a
/// power cut, because the log on the disk is broken before it.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is no room or no right to write, else [`StoreError::Failed`].
pub fn write_again(database: &Path) -> Result<(), StoreError> {
    let path = beside(database);
    match rewrite(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(sorted(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn rewrite(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let length = file.read(&mut piece)?;
        if length == 0 {
            return file.sync_all();
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&piece[..length])?;
        at += length as u64;
    }
}

fn sorted(path: PathBuf, error: &std::io::Error) -> StoreError {
    let detail = error.to_string();
    match error.kind() {
        ErrorKind::StorageFull
        | ErrorKind::QuotaExceeded
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::PermissionDenied => StoreError::Unavailable { path, detail },
        _ => StoreError::Failed { path, detail },
    }
}
