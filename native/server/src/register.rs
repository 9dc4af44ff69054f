//! The register of what must exist: each database with the end of its audit, and the number of accounts.
//!
//! A database that is deleted, emptied or replaced by an older one shows nothing by itself: its chain of hashes is whole as
//! far as it goes. So it is written down beside the databases, signed with the server's key, at each start and end and now and
//! then between, how far each one went. `licensingd run` refuses what has less, and `licensingd verify` finds it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use licensing_files::{Existing, Readers, durable, regular};
use licensing_store::StoreError;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::config::DataFolder;
use crate::ticket_key;

/// Largest register that is read.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What the signature is made for, so that none of another purpose fits.
const CONTEXT: &[u8] = b"licensing register 1\n";

/// How far one database went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Known {
    /// Number of the last audit record; 0 for none.
    sequence: u64,
    /// Hash of the chain up to it, hex.
    #[serde(default)]
    hash: String,
    /// Accounts, in the database that has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<u64>,
}

impl Known {
    fn has_less_than(&self, before: &Self) -> bool {
        self.sequence < before.sequence || self.lost_its_accounts(before)
    }

    fn lost_its_accounts(&self, before: &Self) -> bool {
        matches!((before.accounts, self.accounts), (Some(1..), Some(0) | None))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Register {
    written: Timestamp,
    databases: BTreeMap<String, Known>,
}

/// The register as it stands in the file: its text, so that exactly that is signed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signed {
    register: String,
    signature: String,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Name of the file in the state folder.
    pub file: String,
    /// What was found instead of what is registered.
    pub text: String,
}

/// Writes down how far each database went. What is registered stays where a database has less, is gone, or cannot be read:
/// the next start has to find that, so that only [`begin_again`] takes it back.
///
/// # Errors
/// When the folder cannot be read, or the register cannot be written.
pub fn write(data: &DataFolder) -> anyhow::Result<()> {
    let before = match read(data)? {
        Found::Whole(register) => register.databases,
        Found::Nothing => BTreeMap::new(),
        // A register that does not fit is found at the next start, and is not made to fit here.
        Found::Unfit => return Ok(()),
    };
    let mut now = look_at_all(data)?;
    for (name, known) in before {
        let keeps = now.get(&name).is_none_or(|found| found.has_less_than(&known));
        if keeps {
            tracing::warn!(
                file = name,
                records = known.sequence,
                "a database is gone, unreadable, or has less than it had"
            );
            now.insert(name, known);
        }
    }
    put(data, now)
}

/// Writes down how far each database goes, whatever was registered before.
///
/// # Errors
/// As [`write()`].
pub fn begin_again(data: &DataFolder) -> anyhow::Result<()> {
    put(data, look_at_all(data)?)
}

/// The databases that can be read.
fn look_at_all(data: &DataFolder) -> anyhow::Result<BTreeMap<String, Known>> {
    let mut known = BTreeMap::new();
    for file in databases(&data.state())? {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        match look(&file) {
            Ok(Some(found)) => {
                known.insert(name.to_owned(), found);
            }
            // Its vendor daemon tells of the damage.
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(file = name, %error, "a database cannot be looked at for the register")
            }
        }
    }
    Ok(known)
}

fn put(data: &DataFolder, databases: BTreeMap<String, Known>) -> anyhow::Result<()> {
    let register = Register {
        written: Timestamp::now(),
        databases,
    };
    let text = serde_json::to_string(&register)?;
    let signer = ticket_key::open(data)?;
    let signed = Signed {
        signature: hex::encode(signer.sign_statement(CONTEXT, text.as_bytes())),
        register: text,
    };
    let bytes = serde_json::to_vec_pretty(&signed)?;
    durable::write(&data.register(), &bytes, Readers::Owner, Existing::Replace)?;
    Ok(())
}

enum Found {
    Nothing,
    Whole(Register),
    /// It does not fit the key of this server.
    Unfit,
}

fn read(data: &DataFolder) -> anyhow::Result<Found> {
    match regular::read(&data.register(), MAX_BYTES) {
        Ok(bytes) => Ok(verified(data, &bytes).map_or(Found::Unfit, Found::Whole)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(anyhow::Error::new(error).context(data.register().display().to_string())),
    }
}

/// What is registered and not there; empty when all is, or nothing is registered yet.
///
/// # Errors
/// When the register is there and cannot be read.
pub fn check(data: &DataFolder) -> anyhow::Result<Vec<Loss>> {
    let register = match read(data)? {
        Found::Nothing => return Ok(Vec::new()),
        Found::Whole(register) => register,
        Found::Unfit => {
            return Ok(vec![Loss {
                file: "register.json".to_owned(),
                text: "the register does not fit the key of this server, so that it does not say what must exist"
                    .to_owned(),
            }]);
        }
    };
    let mut losses = Vec::new();
    for (name, known) in register.databases {
        if let Err(text) = compare(&data.state().join(&name), &known, register.written) {
            losses.push(Loss { file: name, text });
        }
    }
    Ok(losses)
}

fn verified(data: &DataFolder, bytes: &[u8]) -> Option<Register> {
    let signed: Signed = serde_json::from_slice(bytes).ok()?;
    let signature: [u8; 64] = hex::decode(&signed.signature).ok()?.try_into().ok()?;
    let signer = ticket_key::open(data).ok()?;
    let fits = signer.verify_statement(CONTEXT, signed.register.as_bytes(), &signature);
    serde_json::from_str(&signed.register).ok().filter(|_| fits)
}

fn compare(file: &Path, known: &Known, written: Timestamp) -> Result<(), String> {
    if !file.exists() {
        return Err(format!(
            "it is gone; it had {} audit records at {written:.0}",
            known.sequence
        ));
    }
    if log_is_damaged(file) {
        return Ok(());
    }
    let compared = open(file).and_then(|connection| {
        let found = known_of(&connection)?;
        let hash = hash_at(&connection, known.sequence)?;
        Ok((found, hash, has_head(&connection)?))
    });
    let (found, hash, is_of_vendor) = match compared {
        Ok(compared) => compared,
        // Whoever opens it says that it is damaged, and does not serve from it.
        Err(error) if is_damage(&error) => return Ok(()),
        Err(error) => return Err(format!("{error}; it had {} audit records", known.sequence)),
    };
    if found.sequence < known.sequence {
        return Err(format!(
            "it has {} audit records and had {} at {written:.0}",
            found.sequence, known.sequence
        ));
    }
    let removed = match licensing_store::check_segments(file) {
        _ if !is_of_vendor => 0,
        Ok(removed) => removed,
        // Whoever opens the database says that it is damaged, and does not serve from it.
        Err(StoreError::Damaged { path, .. }) if path == file => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let hash = match hash.is_empty() && is_of_vendor {
        // The record has moved to a segment since.
        true => licensing_store::sealed_hash(file, known.sequence)
            .map_err(|error| error.to_string())?
            .map(hex::encode)
            .unwrap_or_default(),
        false => hash,
    };
    // What was removed after its time cannot be compared any more.
    if hash != known.hash && known.sequence > removed {
        return Err(format!(
            "audit record {} is not the one that was there at {written:.0}",
            known.sequence
        ));
    }
    match found.lost_its_accounts(known) {
        true => Err("it has no accounts any more".to_owned()),
        false => Ok(()),
    }
}

/// Whether it is the database of a vendor's seats, whose records may have moved to segments.
fn has_head(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'head'",
        [],
        |row| row.get(0),
    )
}

/// SQLite quietly forgets what follows damage in the log, so nothing may open the database before its vendor daemon has
/// found that damage and refused it.
fn log_is_damaged(file: &Path) -> bool {
    licensing_store::log_file::check(file).is_err()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Sqlite;
    matches!(
        error.sqlite_error_code(),
        Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase)
    )
}

/// How far a database goes; none when its log is damaged.
fn look(file: &Path) -> Result<Option<Known>, rusqlite::Error> {
    if log_is_damaged(file) {
        return Ok(None);
    }
    known_of(&open(file)?).map(Some)
}

fn known_of(connection: &Connection) -> Result<Known, rusqlite::Error> {
    let last: Option<i64> = connection.query_row("SELECT max(sequence) FROM audit", [], |row| row.get(0))?;
    let sequence = last.unwrap_or(0).unsigned_abs();
    let has_accounts: bool = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'account'",
        [],
        |row| row.get(0),
    )?;
    let accounts = match has_accounts {
        true => Some(connection.query_row("SELECT count(*) FROM account", [], |row| row.get::<_, i64>(0))?),
        false => None,
    };
    Ok(Known {
        hash: hash_at(connection, sequence)?,
        sequence,
        accounts: accounts.map(i64::unsigned_abs),
    })
}

/// Hash of the chain up to a record, hex; empty when there is no such record.
fn hash_at(connection: &Connection, sequence: u64) -> Result<String, rusqlite::Error> {
    let hash: Option<Vec<u8>> = connection
        .query_row(
            "SELECT hash FROM audit WHERE sequence = ?1",
            [sequence.cast_signed()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(hash.map(hex::encode).unwrap_or_default())
}

fn open(file: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Every database of a state folder, in order.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn databases(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("db")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::accounts::Accounts;

    fn vendor_database(data: &DataFolder, records: i64) {
        let file = data.vendor_database("ACME");
        let _ = std::fs::remove_file(&file);
        let connection = Connection::open(file).unwrap();
        connection
            .execute_batch("CREATE TABLE audit (sequence INTEGER PRIMARY KEY, body BLOB, hash BLOB)")
            .unwrap();
        for sequence in 1..=records {
            connection
                .execute(
                    "INSERT INTO audit VALUES (?1, x'00', ?2)",
                    (sequence, sequence.to_be_bytes()),
                )
                .unwrap();
        }
    }

    fn fixture() -> (tempfile::TempDir, DataFolder) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.state()).unwrap();
        ticket_key::make_if_missing(&data).unwrap();
        drop(Accounts::open(&data.server_database(), "localhost").unwrap());
        vendor_database(&data, 55);
        (folder, data)
    }

    fn losses(data: &DataFolder) -> Vec<String> {
        check(data).unwrap().into_iter().map(|loss| loss.file).collect()
    }

    #[test]
    fn what_is_gone_emptied_or_older_is_found() {
        let (_folder, data) = fixture();
        assert_eq!(losses(&data), Vec::<String>::new(), "nothing is registered yet");
        write(&data).unwrap();
        assert_eq!(losses(&data), Vec::<String>::new());
        vendor_database(&data, 60);
        assert_eq!(losses(&data), Vec::<String>::new(), "it went on");
        vendor_database(&data, 54);
        assert_eq!(losses(&data), ["ACME.db"]);
        vendor_database(&data, 0);
        assert_eq!(losses(&data), ["ACME.db"]);
        std::fs::write(data.vendor_database("ACME"), b"").unwrap();
        assert_eq!(losses(&data), ["ACME.db"]);
        std::fs::remove_file(data.vendor_database("ACME")).unwrap();
        assert_eq!(losses(&data), ["ACME.db"]);
        write(&data).unwrap();
        assert_eq!(
            losses(&data),
            ["ACME.db"],
            "nothing but an administrator accepts a loss"
        );
        begin_again(&data).unwrap();
        assert_eq!(losses(&data), Vec::<String>::new(), "the loss was accepted");
    }

    #[test]
    fn a_database_that_is_damaged_while_the_server_runs_stays_registered() {
        let (_folder, data) = fixture();
        write(&data).unwrap();
        let whole = std::fs::read(data.vendor_database("ACME")).unwrap();
        vendor_database(&data, 12);
        write(&data).unwrap();
        assert_eq!(losses(&data), ["ACME.db"], "it has less than it had");
        std::fs::write(data.vendor_database("ACME"), vec![0x5a; 8192]).unwrap();
        write(&data).unwrap();
        std::fs::write(data.vendor_database("ACME"), whole).unwrap();
        write(&data).unwrap();
        assert_eq!(losses(&data), Vec::<String>::new(), "it was put back");
    }

    #[test]
    fn another_history_of_the_same_length_is_found() {
        let (_folder, data) = fixture();
        write(&data).unwrap();
        let connection = Connection::open(data.vendor_database("ACME")).unwrap();
        connection
            .execute("UPDATE audit SET hash = x'ff' WHERE sequence = 55", [])
            .unwrap();
        assert_eq!(losses(&data), ["ACME.db"]);
    }

    #[test]
    fn a_register_that_was_changed_or_is_of_another_server_is_found() {
        let (_folder, data) = fixture();
        write(&data).unwrap();
        let text = std::fs::read_to_string(data.register()).unwrap();
        std::fs::write(data.register(), text.replace("55", "54")).unwrap();
        write(&data).unwrap();
        assert_eq!(
            losses(&data),
            ["register.json"],
            "it is not made to fit by the server that runs"
        );
        std::fs::write(data.register(), text).unwrap();
        std::fs::remove_file(data.ticket_key()).unwrap();
        ticket_key::make_if_missing(&data).unwrap();
        assert_eq!(losses(&data), ["register.json"]);
    }
}
