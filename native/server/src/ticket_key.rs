//! The key that this server signs tickets with.

use std::io;
use std::path::PathBuf;

use licensing_files::{Existing, Readers, durable, regular};
use licensing_ticket::TicketSigner;
use zeroize::Zeroizing;

use crate::config::DataFolder;

/// Secret bytes of the key.
const SEED_BYTES: usize = 32;

/// Largest file that is looked at.
const MAX_FILE_BYTES: usize = 4096;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum TicketKeyError {
    /// The file cannot be read or written.
    #[error("the ticket key {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "the ticket key {} does not have {SEED_BYTES} bytes; put back the one of a backup, or remove the file to have \
         a new one made, which products learn at their next contact",
        .0.display()
    )]
    Damaged(PathBuf),
}

/// Makes the key if there is none.
///
/// # Errors
/// If it cannot be written, or what is there is no key.
pub fn make_if_missing(data: &DataFolder) -> Result<(), TicketKeyError> {
    let path = data.ticket_key();
    if path.exists() {
        return open(data).map(drop);
    }
    let failed = |source| TicketKeyError::File {
        path: path.clone(),
        source,
    };
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    getrandom::fill(seed.as_mut()).map_err(|error| failed(io::Error::other(error.to_string())))?;
    durable::write(&path, seed.as_ref(), Readers::Owner, Existing::Refuse).map_err(failed)?;
    tracing::info!("a key for tickets was made");
    Ok(())
}

/// The signer with the key of this server.
///
/// # Errors
/// If the file cannot be read, or holds no key.
pub fn open(data: &DataFolder) -> Result<TicketSigner, TicketKeyError> {
    let path = data.ticket_key();
    let bytes =
        Zeroizing::new(
            regular::read(&path, MAX_FILE_BYTES).map_err(|source| TicketKeyError::File {
                path: path.clone(),
                source,
            })?,
        );
    match bytes.as_slice().try_into() {
        Ok(seed) => Ok(TicketSigner::from_seed(seed)),
        Err(_) => Err(TicketKeyError::Damaged(path)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_key_is_made_and_kept_and_another_content_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.state()).unwrap();
        assert!(matches!(open(&data), Err(TicketKeyError::File { .. })));
        make_if_missing(&data).unwrap();
        let first = open(&data).unwrap().public_key();
        make_if_missing(&data).unwrap();
        assert_eq!(open(&data).unwrap().public_key(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(data.ticket_key()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(data.ticket_key(), "short").unwrap();
        assert!(matches!(make_if_missing(&data), Err(TicketKeyError::Damaged(_))));
    }
}
