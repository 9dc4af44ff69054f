//! Files of this machine that a desired state names.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_api::{ErrorCode, Problem};
use licensing_files::regular;
use licensing_files::{Existing, Readers, durable};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::comparison::is_same_hash;
use crate::description::{Digested, Resource, Role};
use crate::input::Desired;

/// Reads the local file of a desired state, or takes its bytes from the state, and lets its digest be compared. Returns the
/// bytes in base64.
///
/// # Errors
/// `LocalFileUnreadable`; `InvalidRequest` when bytes and digest do not belong together.
pub(crate) fn content(resource: &Resource, desired: &mut Desired) -> Result<Option<String>, Problem> {
    let mut found = None;
    for property in resource.properties {
        let (digest, bytes) = match property.role {
            Role::LocalFile { digest, of } => match desired.paths.get(property.name) {
                Some(path) => (digest, digested(path, of)?),
                None => continue,
            },
            Role::Content { digest } => match &desired.content {
                Some(text) => (digest, decoded(property.name, text)?),
                None => continue,
            },
            Role::LocalText { into } => {
                if let Some(path) = desired.paths.get(property.name) {
                    let content = text(path)?.as_str().into();
                    desired.values.insert(into.to_owned(), content);
                }
                continue;
            }
            Role::Key
            | Role::Setting
            | Role::Fixed
            | Role::Once
            | Role::ReadOnly
            | Role::Secret { .. }
            | Role::SentFile
            | Role::KeyedFile { .. }
            | Role::SecretFile { .. } => continue,
        };
        let of_bytes = hex::encode(Sha256::digest(&bytes));
        match desired.values.get(digest).and_then(Value::as_str) {
            Some(given) if !is_same_hash(given, &of_bytes) => {
                return Err(Problem::new(
                    ErrorCode::InvalidRequest,
                    format!("{digest} is not that of {}: that is {of_bytes}.", property.name),
                )
                .about(property.name));
            }
            Some(_) | None => {}
        }
        desired.values.insert(digest.to_owned(), of_bytes.into());
        found = Some(STANDARD.encode(bytes));
    }
    Ok(found)
}

/// The bytes that the digest of a local file is of.
fn digested(path: &Path, of: Digested) -> Result<Vec<u8>, Problem> {
    match of {
        Digested::Bytes => file(path),
        Digested::Certificate => {
            let text = text(path)?;
            let body = text
                .split_once("-----BEGIN CERTIFICATE-----")
                .and_then(|(_, rest)| rest.split_once("-----END CERTIFICATE-----"))
                .map(|(body, _)| body.split_whitespace().collect::<String>());
            body.and_then(|body| STANDARD.decode(body).ok()).ok_or_else(|| {
                Problem::new(
                    ErrorCode::LocalFileUnreadable,
                    "There is no certificate in PEM form in it.",
                )
                .about(path.display().to_string())
            })
        }
    }
}

/// The text of a local file. It may be a key, and is wiped.
///
/// # Errors
/// `LocalFileUnreadable`.
pub(crate) fn text(path: &Path) -> Result<Zeroizing<String>, Problem> {
    regular::read_text(path, MAX_LICENSE_FILE_BYTES)
        .map(Zeroizing::new)
        .map_err(|error| {
            Problem::new(ErrorCode::LocalFileUnreadable, format!("{error}."))
                .about(path.display().to_string())
        })
}

fn file(path: &Path) -> Result<Vec<u8>, Problem> {
    regular::read(path, MAX_LICENSE_FILE_BYTES).map_err(|error| {
        Problem::new(ErrorCode::LocalFileUnreadable, format!("{error}.")).about(path.display().to_string())
    })
}

fn decoded(name: &str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD
        .decode(text.trim())
        .map_err(|_| Problem::new(ErrorCode::InvalidRequest, format!("{name} has to be base64.")).about(name))
}

/// Writes the secret of a new instance where its user alone can read it.
///
/// # Errors
/// `LocalFileUnwritable`.
pub(crate) fn keep_secret(path: &Path, secret: &str) -> Result<(), Problem> {
    let line = Zeroizing::new(format!("{secret}\n"));
    durable::write(path, line.as_bytes(), Readers::Owner, Existing::Replace).map_err(|error| {
        Problem::new(ErrorCode::LocalFileUnwritable, format!("{error}.")).about(path.display().to_string())
    })
}

/// Checks that there is a folder for a secret. Nothing is written, so that it can be asked what would be done.
///
/// # Errors
/// `LocalFileUnwritable`.
pub(crate) fn require_folder(path: &Path) -> Result<(), Problem> {
    if path.parent().is_some_and(Path::is_dir) && !path.is_dir() {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::LocalFileUnwritable,
        "No file can be made there: its folder is missing.",
    )
    .about(path.display().to_string()))
}

/// Checks right before a secret is made that it can be written there, because it is shown only once.
///
/// # Errors
/// `LocalFileUnwritable`.
pub(crate) fn require_writable(path: &Path) -> Result<(), Problem> {
    durable::require_writable(path).map_err(|error| {
        Problem::new(ErrorCode::LocalFileUnwritable, format!("{error}.")).about(path.display().to_string())
    })
}
