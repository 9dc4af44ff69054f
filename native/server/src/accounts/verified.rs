//! Passwords that were found right a short while ago, so that Basic authentication does not cost a hash each time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use licensing_api::Secret;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How long a password is remembered.
const REMEMBERED_FOR: Duration = Duration::from_secs(5 * 60);

/// Most passwords remembered.
const MAX_ENTRIES: usize = 1024;

/// Remembers digests under a key that exists only in this process, never the passwords.
///
/// An entry also holds the stored hash that the password fitted. Whoever changes the password changes that: compare it
/// with the account's, so that an entry never outlives the password, whichever process changed it.
#[derive(Debug)]
pub(super) struct VerifiedPasswords {
    key: [u8; 32],
    entries: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    digest: [u8; 32],
    stored: String,
    until: Instant,
}

impl VerifiedPasswords {
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0u8; 32];
        getrandom::fill(&mut key)?;
        Ok(Self {
            key,
            entries: Mutex::default(),
        })
    }

    /// The stored hash that this password was found to fit lately.
    pub(super) fn stored(&self, account: &str, password: &Secret, now: Instant) -> Option<String> {
        let digest = self.digest(account, password);
        let entries = self.entries.lock();
        let entry = entries.get(account)?;
        (now < entry.until && bool::from(entry.digest.ct_eq(&digest))).then(|| entry.stored.clone())
    }

    /// Remembers that the password fitted.
    pub(super) fn remember(&self, account: &str, password: &Secret, stored: &str, now: Instant) {
        let digest = self.digest(account, password);
        let mut entries = self.entries.lock();
        if entries.len() >= MAX_ENTRIES {
            entries.retain(|_, entry| now < entry.until);
        }
        if entries.len() < MAX_ENTRIES {
            let entry = Entry {
                digest,
                stored: stored.to_owned(),
                until: now + REMEMBERED_FOR,
            };
            entries.insert(account.to_owned(), entry);
        }
    }

    fn digest(&self, account: &str, password: &Secret) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.key)
            .chain_update((account.len() as u64).to_be_bytes())
            .chain_update(account)
            .chain_update(password.expose())
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn knows_only_what_still_holds() {
        let verified = VerifiedPasswords::new().unwrap();
        let now = Instant::now();
        let password = Secret::new("correct horse battery");
        let stored = |account, password: &Secret, now| verified.stored(account, password, now);
        assert_eq!(stored("\\ann", &password, now), None);
        verified.remember("\\ann", &password, "hash1", now);
        assert_eq!(stored("\\ann", &password, now).as_deref(), Some("hash1"));
        assert_eq!(stored("\\ann", &Secret::new("other"), now), None);
        assert_eq!(stored("\\bob", &password, now), None);
        assert_eq!(stored("\\ann", &password, now + REMEMBERED_FOR), None);
    }

    #[test]
    fn stays_bounded() {
        let verified = VerifiedPasswords::new().unwrap();
        let now = Instant::now();
        let password = Secret::new("correct horse battery");
        for number in 0..MAX_ENTRIES + 10 {
            verified.remember(&format!("\\user{number}"), &password, "hash", now);
        }
        assert_eq!(verified.entries.lock().len(), MAX_ENTRIES);
    }
}
