//! The archives that a server keeps in its folder `backups`: made, sent and taken in pieces, and waiting to be restored.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use licensing_api::backup::{BACKUP_PIECE_BYTES, Backup, BackupCheck, BackupPiece};
use licensing_api::{ErrorCode, Problem};
use licensing_files::{durable, make_private_folder};

use super::pending::{self, Pending};
use super::restore::{check_beginning, unpack};
use super::{Manifest, back_up};
use crate::alerts::free_bytes;
use crate::config::DataFolder;

/// Archives that are kept; the oldest goes when one more is made.
const MOST_KEPT: usize = 30;
/// Largest archive that is taken.
const MOST_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// Longest name.
const NAME_BYTES: usize = 80;
/// Beginning of the name of an archive that is still coming in.
const INCOMING: &str = ".incoming-";

/// The archives of a server. Everything here blocks.
#[derive(Debug, Clone)]
pub struct KeptBackups {
    data: DataFolder,
    config_file: PathBuf,
}

impl KeptBackups {
    /// Those of this data folder.
    pub fn new(data: DataFolder, config_file: PathBuf) -> Self {
        Self { data, config_file }
    }

    /// All archives, the newest first.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Backup>, Problem> {
        let mut rows = Vec::new();
        for name in self.names().map_err(unreadable)? {
            // One that was removed meanwhile is none.
            if let Ok(row) = self.row(&name) {
                rows.push(row);
            }
        }
        rows.sort_by(|one, other| (other.created, &other.backup).cmp(&(one.created, &one.backup)));
        Ok(rows)
    }

    /// Makes an archive.
    ///
    /// # Errors
    /// `BackupFailed` when something is damaged or cannot be written; there is no archive then.
    pub fn make(&self, with_keys: bool, now: Timestamp) -> Result<Backup, Problem> {
        self.folder()?;
        let name = format!("backup-{}.tar", now.strftime("%Y%m%d-%H%M%S-%3f"));
        back_up(&self.data, &self.config_file, &self.path(&name), with_keys)
            .map_err(|error| failed(&name, format!("{error:#}.")))?;
        self.forget_oldest()?;
        self.row(&name)
    }

    fn forget_oldest(&self) -> Result<(), Problem> {
        for old in self.list()?.iter().skip(MOST_KEPT) {
            durable::remove(&self.path(&old.backup)).map_err(unreadable)?;
        }
        Ok(())
    }

    /// Removes what earlier tries have left: one archive comes in at a time.
    fn forget_incoming(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.data.backups())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(INCOMING) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// One piece of an archive.
    ///
    /// # Errors
    /// `BackupNotFound`.
    pub fn read(&self, name: &str, offset: u64) -> Result<BackupPiece, Problem> {
        let path = self.existing(name)?;
        let mut file = File::open(&path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(offset.min(bytes)))
            .map_err(unreadable)?;
        file.take(BACKUP_PIECE_BYTES)
            .read_to_end(&mut piece)
            .map_err(unreadable)?;
        Ok(BackupPiece {
            backup: name.to_owned(),
            next: offset.saturating_add(piece.len() as u64),
            bytes,
            content: STANDARD.encode(piece),
        })
    }

    /// Takes one piece of an archive, and puts the archive in place with the last one.
    ///
    /// # Errors
    /// `InvalidRequest` for a piece that does not follow on what there is, `BackupFailed` when it cannot be written or is no
    /// archive.
    pub fn write(&self, name: &str, offset: u64, bytes: u64, piece: &[u8]) -> Result<BackupPiece, Problem> {
        check_name(name)?;
        self.folder()?;
        let invalid = |detail: String| Problem::new(ErrorCode::InvalidRequest, detail).about("offset");
        let next = offset.saturating_add(piece.len() as u64);
        if bytes > MOST_BYTES || next > bytes {
            return Err(invalid(format!(
                "A piece ends at {next} of {bytes} bytes; at most {MOST_BYTES} are taken."
            )));
        }
        let incoming = self.path(&format!("{INCOMING}{name}"));
        let unwritten = |error: io::Error| failed(name, format!("It cannot be written: {error}."));
        if offset == 0 {
            self.forget_incoming().map_err(unwritten)?;
            if free_bytes(self.data.root()).is_some_and(|free| free < bytes) {
                return Err(failed(name, format!("The disk has no room for {bytes} bytes.")));
            }
        }
        let out_of_turn = |there: u64| {
            invalid(format!(
                "The piece begins at {offset}, and {there} bytes have come."
            ))
        };
        let mut options = OpenOptions::new();
        let mut file = match options.create(offset == 0).append(true).open(&incoming) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(out_of_turn(0)),
            opened => opened.map_err(unwritten)?,
        };
        let there = file.metadata().map_err(unwritten)?.len();
        if there != offset {
            return Err(out_of_turn(there));
        }
        file.write_all(piece).map_err(unwritten)?;
        if next == bytes {
            file.sync_all().map_err(unwritten)?;
            // What is no archive takes no place from those that are.
            if let Err(error) = check_beginning(&incoming) {
                fs::remove_file(&incoming).map_err(unwritten)?;
                return Err(failed(name, format!("{error:#}.")));
            }
            durable::rename(&incoming, &self.path(name)).map_err(unwritten)?;
            self.forget_oldest()?;
        }
        Ok(BackupPiece {
            backup: name.to_owned(),
            next,
            bytes,
            content: String::new(),
        })
    }

    /// Checks every file and every database of an archive.
    ///
    /// # Errors
    /// `BackupNotFound`, `BackupFailed` when anything in it is not as it was saved.
    pub fn test(&self, name: &str) -> Result<BackupCheck, Problem> {
        let path = self.existing(name)?;
        // Beside the archive: the folder for temporary files may be the memory of the machine.
        let folder = tempfile::Builder::new()
            .prefix(".test-")
            .tempdir_in(self.data.backups())
            .map_err(unreadable)?;
        let manifest = unpack(&path, None, &DataFolder::new(folder.path()))
            .map_err(|error| failed(name, format!("{error:#}.")))?;
        Ok(self.checked(name, &manifest))
    }

    /// Unpacks and checks an archive, so that the server is restored from it at its next start.
    ///
    /// # Errors
    /// `BackupNotFound`, `BackupFailed`; then nothing is restored.
    pub fn restore(&self, name: &str) -> Result<BackupCheck, Problem> {
        let path = self.existing(name)?;
        let manifest = pending::stage(&self.data, &self.config_file, name, &path, Timestamp::now())
            .map_err(|error| failed(name, format!("{error:#}.")))?;
        Ok(self.checked(name, &manifest))
    }

    /// Takes back a restore that waits.
    ///
    /// # Errors
    /// `BackupNotFound` when none waits.
    pub fn cancel(&self) -> Result<BackupCheck, Problem> {
        let waiting = pending::cancel(&self.data).map_err(unreadable)?;
        let Some(waiting) = waiting else {
            return Err(Problem::new(
                ErrorCode::BackupNotFound,
                "No restore waits for the next start.",
            ));
        };
        let mut check = self.test(&waiting.backup)?;
        check.restores = false;
        Ok(check)
    }

    fn checked(&self, name: &str, manifest: &Manifest) -> BackupCheck {
        // What a manifest says of files other than databases is compared with nothing.
        let counts = manifest.files.iter().filter_map(|file| file.counts);
        let records = counts.fold(0, |sum: u64, counts| sum.saturating_add(counts.audit_records));
        BackupCheck {
            backup: name.to_owned(),
            server_version: manifest.server_version.clone(),
            saved: manifest.created,
            files: u32::try_from(manifest.files.len()).unwrap_or(u32::MAX),
            audit_records: records,
            with_keys: manifest.files.iter().any(|file| file.path == "tls/server.key"),
            restores: self.waiting().is_some_and(|waiting| waiting.backup == name),
        }
    }

    fn waiting(&self) -> Option<Pending> {
        pending::waiting(&self.data)
    }

    fn row(&self, name: &str) -> Result<Backup, Problem> {
        let metadata = fs::metadata(self.path(name)).map_err(unreadable)?;
        let modified = metadata.modified().map_err(unreadable)?;
        Ok(Backup {
            backup: name.to_owned(),
            bytes: metadata.len(),
            created: Timestamp::try_from(modified).unwrap_or_default(),
            restores: self.waiting().is_some_and(|waiting| waiting.backup == name),
        })
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.data.backups()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if check_name(&name).is_ok() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn folder(&self) -> Result<(), Problem> {
        make_private_folder(&self.data.backups()).map_err(unreadable)
    }

    /// The path of an archive that is there; a name never becomes a path by itself.
    fn existing(&self, name: &str) -> Result<PathBuf, Problem> {
        let known = self.names().map_err(unreadable)?;
        match known.iter().find(|known| *known == name) {
            Some(known) => Ok(self.path(known)),
            None => {
                let shown: String = name
                    .chars()
                    .filter(|one| !one.is_control())
                    .take(NAME_BYTES)
                    .collect();
                Err(Problem::new(
                    ErrorCode::BackupNotFound,
                    "The server keeps no archive of this name.",
                )
                .about(shown))
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(&self.data.backups()).join(name)
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    let fits = name.len() <= NAME_BYTES
        && name
            .strip_suffix(".tar")
            .is_some_and(|stem| !stem.is_empty() && stem.chars().all(plain));
    match fits {
        true => Ok(()),
        false => Err(Problem::new(
            ErrorCode::InvalidRequest,
            "The name of an archive has letters, digits, '-' and '_', and ends in .tar.",
        )
        .about("backup")),
    }
}

fn failed(name: &str, detail: String) -> Problem {
    Problem::new(ErrorCode::BackupFailed, detail).about(name)
}

fn unreadable(error: io::Error) -> Problem {
    Problem::new(
        ErrorCode::StorageUnavailable,
        format!("The folder of the backups cannot be used: {error}."),
    )
    .about("backups")
}
