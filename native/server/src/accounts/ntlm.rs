//! What NTLM needs of a password: its NT hash, kept for accounts that may use NTLM and for no others.
//!
//! Whoever has the hash can sign in with NTLM, so it is encrypted with a key that is not in the database.

use std::path::{Path, PathBuf};

use licensing_api::{ErrorCode, Problem, Secret};
use licensing_files::durable::{self, Existing, Readers};
use licensing_wsman::ntlm::NtHash;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use zeroize::Zeroizing;

use super::database::TransactionError;

/// Bytes of the key.
const KEY_BYTES: usize = 32;

/// The key in its file, which is made when the first account may use NTLM.
#[derive(Debug, Clone)]
pub(super) struct HashKey(PathBuf);

impl HashKey {
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Encrypts the hash of a password for one account.
    pub(super) fn seal(&self, rid: i64, password: &Secret) -> Result<Vec<u8>, Problem> {
        if !self.0.exists() {
            self.make()?;
        }
        let key = self.key()?;
        let hash = NtHash::of_password(password.expose());
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| self.problem(&error.to_string()))?;
        let mut sealed = hash.as_bytes().to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(rid.to_be_bytes()),
            &mut sealed,
        )
        .map_err(|_| self.problem("it does not encrypt"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts the hash of one account.
    pub(super) fn open(&self, rid: i64, stored: &[u8]) -> Result<NtHash, Problem> {
        let key = self.key()?;
        let unfit =
            || self.problem("it does not fit what is stored; set the passwords of these accounts again");
        let (nonce, sealed) = stored.split_first_chunk::<NONCE_LEN>().ok_or_else(unfit)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let hash = key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(rid.to_be_bytes()),
                &mut sealed,
            )
            .map_err(|_| unfit())?;
        let hash: &[u8] = hash;
        Ok(NtHash::from_bytes(hash.try_into().map_err(|_| unfit())?))
    }

    fn make(&self) -> Result<(), Problem> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(key.as_mut()).map_err(|error| self.problem(&error.to_string()))?;
        durable::write(&self.0, key.as_ref(), Readers::Owner, Existing::Refuse)
            .map_err(|error| self.problem(&error.to_string()))
    }

    fn key(&self) -> Result<LessSafeKey, Problem> {
        let bytes = Zeroizing::new(std::fs::read(&self.0).map_err(|error| self.problem(&error.to_string()))?);
        UnboundKey::new(&AES_256_GCM, &bytes)
            .map(LessSafeKey::new)
            .map_err(|_| self.problem(&format!("it does not have {KEY_BYTES} bytes")))
    }

    fn problem(&self, reason: &str) -> Problem {
        Problem::new(
            ErrorCode::StorageUnavailable,
            format!("The key of NTLM sign-ins cannot be used: {reason}."),
        )
        .about(self.0.display().to_string())
    }
}

/// The encrypted hash of an account.
pub(super) fn stored(connection: &Connection, rid: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT sealed_hash FROM ntlm WHERE rid = ?1")?
        .query_row([rid], |row| row.get(0))
        .optional()
}

/// Keeps the encrypted hash of an account.
pub(super) fn keep(transaction: &Transaction<'_>, rid: i64, sealed: &[u8]) -> Result<(), TransactionError> {
    transaction.execute(
        "INSERT INTO ntlm (rid, sealed_hash) VALUES (?1, ?2)
         ON CONFLICT (rid) DO UPDATE SET sealed_hash = excluded.sealed_hash",
        params![rid, sealed],
    )?;
    Ok(())
}

/// Forgets the hash of an account.
pub(super) fn forget(transaction: &Transaction<'_>, rid: i64) -> Result<(), TransactionError> {
    transaction.execute("DELETE FROM ntlm WHERE rid = ?1", [rid])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_hash_opens_for_its_account_and_with_its_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = HashKey::at(&folder.path().join("ntlm.key"));
        let sealed = key.seal(7, &Secret::new("correct horse battery")).unwrap();
        let expected = NtHash::of_password("correct horse battery");
        assert!(!sealed.windows(16).any(|part| part == expected.as_bytes()));
        assert_eq!(key.open(7, &sealed).unwrap().as_bytes(), expected.as_bytes());
        assert!(key.open(8, &sealed).is_err());
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(key.open(7, &changed).is_err() && key.open(7, &[]).is_err());
        let other = HashKey::at(&folder.path().join("other.key"));
        other.seal(7, &Secret::new("x")).unwrap();
        assert!(other.open(7, &sealed).is_err());
    }
}
