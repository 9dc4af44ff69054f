//! What an archive says about itself.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::signature::ServerKey;
use crate::verify::Counts;

/// Name of the entry.
pub(super) const NAME: &str = "manifest.json";
/// Largest manifest that is read.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The one entry outside of a folder.
const CONFIGURATION: &str = "licensingd.toml";
/// Folder of the uploads that wait for the receiver.
pub(super) const WAITING: &str = "management/waiting";
/// Form of the archive that this program writes.
pub(super) const FORM: u32 = 2;
/// Form without a signature, which it reads as well.
pub(super) const FORM_WITHOUT_SIGNATURE: u32 = 1;

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Form of the archive.
    pub form: u32,
    /// Version of the server that made it.
    pub server_version: String,
    /// When it was made.
    pub created: Timestamp,
    /// Everything in it, in order.
    pub files: Vec<Entry>,
    /// Key that the manifest is signed with; none where it is not signed.
    #[serde(skip)]
    pub signer: Option<ServerKey>,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Path in the data folder, with `/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// What it holds; databases only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counts: Option<Counts>,
}

impl Entry {
    /// Describes a file.
    pub(super) fn of(path: String, file: &Path, counts: Option<Counts>) -> io::Result<Self> {
        let mut content = File::open(file)?;
        let (bytes, sha256) = digest(&mut content, io::sink())?;
        Ok(Self {
            path,
            bytes,
            sha256,
            counts,
        })
    }

    /// Whether it is a file that a backup saves. Nothing else is unpacked: neither what leads out of the data folder nor
    /// what the server would read without having saved it, such as the log of a database.
    pub(super) fn is_known(&self) -> bool {
        let Some((folder, name)) = self.path.rsplit_once('/') else {
            return self.path == CONFIGURATION;
        };
        let is_state = [".db", ".history", ".key"]
            .iter()
            .any(|end| name.strip_suffix(end).is_some_and(|stem| !stem.is_empty()));
        is_plain(name)
            && match folder {
                "licenses" | "trust" | "tls" | "management" | WAITING => true,
                "state" => is_state,
                "state/audit" => name.ends_with(".segment"),
                _ => false,
            }
    }
}

/// Whether it is the name of a file that is neither hidden nor elsewhere.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.files {
            match &entry.counts {
                Some(counts) => writeln!(f, "whole    {}: {counts}", entry.path)?,
                None => writeln!(f, "whole    {}", entry.path)?,
            }
        }
        writeln!(
            f,
            "{} files, saved {:.0} by version {}",
            self.files.len(),
            self.created,
            self.server_version
        )?;
        match self.signer {
            Some(key) => writeln!(f, "signed with the key {key}"),
            None => writeln!(f, "not signed"),
        }
    }
}

/// Copies everything, and gives its length and SHA-256 in hex.
pub(super) fn digest(from: &mut impl Read, mut to: impl io::Write) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else {
            return Ok((bytes, hex::encode(hash.finalize())));
        };
        hash.update(read);
        to.write_all(read)?;
        bytes += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_backup_saves_is_known() {
        let is_known = |path: &str| {
            let entry = Entry {
                path: path.to_owned(),
                bytes: 0,
                sha256: String::new(),
                counts: None,
            };
            entry.is_known()
        };
        for path in [
            "licensingd.toml",
            "licenses/acme one.lic",
            "licenses/ACME.opt",
            "trust/acme.pub",
            "tls/server.key",
            "state/server.db",
            "state/ticket.key",
            "state/ACME.history",
            "state/audit/ACME-00000000000000000001.segment",
            "management/state.json",
            "management/waiting/000000000001-x.json",
        ] {
            assert!(is_known(path), "{path}");
        }
        for path in [
            "",
            "/",
            "other.toml",
            "run/manager.lock",
            "licenses",
            "licenses/",
            "licenses/.hidden",
            "licenses/a/b.lic",
            "licenses/waiting/b.lic",
            "management/waiting/../state.json",
            "licenses/../licensingd.toml",
            "../x",
            "/etc/passwd",
            "state/ACME.db-wal",
            "state/.db",
            "state/other",
            "state/audit/",
            "state/audit/other",
            "state/audit/../x.segment",
            "tls/..",
            "trust/a\\b",
            "trust/c:d",
        ] {
            assert!(!is_known(path), "{path}");
        }
    }
}
