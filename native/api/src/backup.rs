//! Backups of a license server, kept by it and sent to whoever may.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;

/// Most bytes of an archive that travel in one piece.
pub const BACKUP_PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// Lists the archives that the server keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetBackups {}

/// Saves the server to an archive of its folder `backups`, while it runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewBackup {
    /// Saves the certificate with its key and the key of tickets, too. Whoever has the archive can then pass for the
    /// server.
    pub with_keys: bool,
}

/// Takes one piece of an archive.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetBackupPiece {
    /// Name of the archive.
    pub backup: String,
    /// First byte of the piece.
    #[serde(default)]
    pub offset: u64,
}

/// Checks an archive: every file and every database in it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestBackup {
    /// Name of the archive.
    pub backup: String,
}

/// Restores the server from an archive at its next start. What it has then is kept aside.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreBackup {
    /// Name of the archive.
    pub backup: String,
    /// Takes back a restore that waits for the next start; the archive need not be named then.
    #[serde(default)]
    pub cancel: bool,
}

/// Sends one piece of an archive to the server, which keeps the archive when the last piece has come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportBackupPiece {
    /// Name to keep it under: letters, digits, `-` and `_`, ending in `.tar`.
    pub backup: String,
    /// Where the piece belongs; 0 begins anew.
    pub offset: u64,
    /// Bytes of the whole archive.
    pub bytes: u64,
    /// The bytes of the piece in base64.
    pub content: String,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Name.
    #[schemars(extend("x-column" = column(1)))]
    pub backup: String,
    /// Bytes.
    #[schemars(extend("x-column" = column(2)))]
    pub bytes: u64,
    /// When it was put in place.
    #[schemars(extend("x-column" = column(3)))]
    pub created: Timestamp,
    /// Whether the server is restored from it at its next start.
    #[schemars(extend("x-column" = column(4)))]
    pub restores: bool,
}

/// A piece of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupPiece {
    /// Name of the archive.
    #[schemars(extend("x-column" = column(1)))]
    pub backup: String,
    /// First byte after the piece.
    #[schemars(extend("x-column" = column(2)))]
    pub next: u64,
    /// Bytes of the whole archive.
    #[schemars(extend("x-column" = column(3)))]
    pub bytes: u64,
    /// The bytes in base64; empty in the answer to a piece that was sent.
    pub content: String,
}

/// What an archive holds, all of it checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupCheck {
    /// Name of the archive.
    #[schemars(extend("x-column" = column(1)))]
    pub backup: String,
    /// Version of the server that made it.
    #[schemars(extend("x-column" = column(2).wide()))]
    pub server_version: String,
    /// When it was made.
    #[schemars(extend("x-column" = column(3)))]
    pub saved: Timestamp,
    /// Files in it.
    #[schemars(extend("x-column" = column(4)))]
    pub files: u32,
    /// Audit records in its databases.
    #[schemars(extend("x-column" = column(5)))]
    pub audit_records: u64,
    /// Whether it holds the keys of the server.
    #[schemars(extend("x-column" = column(6)))]
    pub with_keys: bool,
    /// Whether the server is restored from it at its next start.
    pub restores: bool,
}
