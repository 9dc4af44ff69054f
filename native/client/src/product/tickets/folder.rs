//! The folder of tickets on the disk.
//!
//! Below the folder that the product names there is one for each server and vendor, called by a hash of both. It holds
//! `server.json` (the key that the server's tickets are signed with, and the latest time seen) and one file per ticket.
//! Every file is replaced as a whole, so that none is ever half written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_license_file::signing::SignedLine;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Most tickets that are kept; beyond that the oldest files go.
const MAXIMUM_TICKETS: usize = 256;

/// Largest file that is read.
const MAXIMUM_FILE: u64 = 1 << 20;

const SERVER: &str = "server.json";
const ENDING: &str = ".ticket";

/// What is known of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerRecord {
    /// Public key of its tickets, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ticket_key: Option<String>,
    /// The latest time that this machine's clock, or the server, was seen to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) latest_time: Option<Timestamp>,
}

/// A ticket with what it does not say itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TicketRecord {
    pub(super) ticket: String,
    /// Of borrowed seats: the lease, which is the right to give them back, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lease_id: Option<String>,
    /// The signed lines that grant its seats, where the product holds them against the issuer's key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<SignedLine>,
}

/// The folder of one server and vendor.
#[derive(Debug, Clone)]
pub(super) struct TicketFolder {
    path: PathBuf,
}

impl TicketFolder {
    /// Makes the folder where it is missing.
    pub(super) fn open(root: &Path, server: &str, vendor: &str) -> Result<Self, Problem> {
        let path = root.join(name_of(&[server, vendor]));
        make(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self { path })
    }

    pub(super) fn server(&self) -> Result<ServerRecord, Problem> {
        Ok(read(&self.path.join(SERVER))?.unwrap_or_default())
    }

    pub(super) fn put_server(&self, record: &ServerRecord) -> Result<(), Problem> {
        self.put(SERVER, record)
    }

    /// All tickets with the names of their files. One that cannot be read is left out: it is no ticket any more.
    pub(super) fn tickets(&self) -> Result<Vec<(String, TicketRecord)>, Problem> {
        let mut found = Vec::new();
        for name in self.names()? {
            if let Ok(Some(record)) = read(&self.path.join(&name)) {
                found.push((name, record));
            }
        }
        Ok(found)
    }

    /// Keeps a ticket under a name made of these parts, in place of an earlier one of the same name.
    pub(super) fn put_ticket(&self, parts: &[&str], record: &TicketRecord) -> Result<(), Problem> {
        let name = name_of(parts) + ENDING;
        self.put(&name, record)?;
        self.limit()
    }

    /// Removes a ticket; that it is gone already is no error.
    pub(super) fn remove(&self, name: &str) -> Result<(), Problem> {
        let path = self.path.join(name);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    fn limit(&self) -> Result<(), Problem> {
        let names = self.names()?;
        if names.len() <= MAXIMUM_TICKETS {
            return Ok(());
        }
        let age = |name: &String| {
            std::fs::metadata(self.path.join(name))
                .and_then(|data| data.modified())
                .ok()
        };
        let mut by_age: Vec<_> = names.iter().map(|name| (age(name), name)).collect();
        by_age.sort();
        let surplus = names.len() - MAXIMUM_TICKETS;
        by_age
            .iter()
            .take(surplus)
            .try_for_each(|(_, name)| self.remove(name))
    }

    fn names(&self) -> Result<Vec<String>, Problem> {
        let entries = std::fs::read_dir(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| name.ends_with(ENDING)).collect())
    }

    fn put(&self, name: &str, record: &impl Serialize) -> Result<(), Problem> {
        let path = self.path.join(name);
        self.replace(&path, record)
            .map_err(|error| unwritable(&path, &error))
    }

    fn replace(&self, path: &Path, record: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(record)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        sync_folder(&self.path)
    }
}

/// The name is on the disk only when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

/// Windows writes names with the file.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// A name for a file, whatever the parts are made of; letters count alike in either case.
fn name_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.to_lowercase();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..16])
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Problem> {
    let failed = |error: &io::Error| unreadable(path, error);
    let size = match std::fs::metadata(path) {
        Ok(data) => data.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error)),
    };
    if size > MAXIMUM_FILE {
        return Err(failed(&io::Error::other(format!("{size} bytes are no ticket"))));
    }
    let text = std::fs::read(path).map_err(|error| failed(&error))?;
    match serde_json::from_slice(&text) {
        Ok(record) => Ok(Some(record)),
        Err(error) => Err(failed(&error.into())),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let detail = format!("{}: {error}.", path.display());
    Problem::new(ErrorCode::LocalFileUnreadable, detail)
        .about(path.display().to_string())
        .advise("Repair or remove the file; the next contact with the license server makes a new one.")
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    let detail = format!("{}: {error}.", path.display());
    Problem::new(ErrorCode::LocalFileUnwritable, detail).about(path.display().to_string())
}
