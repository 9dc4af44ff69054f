//! Passwords: what is accepted, how they are kept, and how they are checked.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use licensing_api::{ErrorCode, Problem, Secret};
use subtle::ConstantTimeEq;

use super::AccountName;

/// Fewest characters.
pub const MIN_CHARACTERS: usize = 12;

/// Most bytes; longer ones would only be a way to make the server work.
pub const MAX_BYTES: usize = 1024;

/// Fewest different characters.
const MIN_DIFFERENT: usize = 5;

/// Argon2id with 19 MiB and two passes, the first choice of the OWASP cheat sheet on password storage.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Whether a password may be set for this account.
///
/// # Errors
/// `PasswordTooWeak` with the rule that it breaks. The text never has the password.
pub fn check(password: &Secret, account: &AccountName) -> Result<(), Problem> {
    let weak = |rule: &str| Err(Problem::new(ErrorCode::PasswordTooWeak, rule).about(account.name()));
    let text = password.expose();
    if text.chars().count() < MIN_CHARACTERS {
        return weak("It has fewer than 12 characters.");
    }
    if text.len() > MAX_BYTES {
        return weak("It is longer than 1024 bytes.");
    }
    if text.chars().any(char::is_control) {
        return weak("It has control characters, which cannot be sent when signing in.");
    }
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_DIFFERENT {
        return weak("It has fewer than five different characters.");
    }
    let name = account.name().to_lowercase();
    if name.chars().count() > 3 && text.to_lowercase().contains(&name) {
        return weak("It contains the name of the account.")
            .map_err(|problem| problem.advise("Use a password without the name of the account."));
    }
    Ok(())
}

/// A password made by the machine: 144 random bits as 24 characters.
///
/// # Errors
/// When the system has no random numbers.
pub fn generate() -> Result<Secret, getrandom::Error> {
    let mut random = [0u8; 18];
    getrandom::fill(&mut random)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(random)))
}

/// The memory of one Argon2 computation, kept for the next one.
#[derive(Default)]
pub(super) struct HashMemory(Vec<Block>);

impl HashMemory {
    /// The blocks that these parameters need; none where they are larger than ours.
    fn blocks(&mut self, params: &Params) -> Option<&mut [Block]> {
        let count = params.block_count();
        if count > MEMORY_KIB as usize {
            return None;
        }
        if self.0.is_empty() {
            self.0 = vec![Block::default(); MEMORY_KIB as usize];
        }
        self.0.get_mut(..count)
    }
}

/// Hashes a password. The result is a PHC string with its own salt and parameters.
pub(super) fn hash(password: &Secret, memory: &mut HashMemory) -> Result<String, Problem> {
    let failed = |error: String| Problem::new(ErrorCode::UnknownError, format!("Hashing failed: {error}."));
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| failed(error.to_string()))?;
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|error| failed(error.to_string()))?;
    let mut hash = [0; HASH_BYTES];
    let blocks = memory
        .blocks(&params)
        .ok_or_else(|| failed("no memory".to_owned()))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.expose().as_bytes(), &salt, &mut hash, blocks)
        .map_err(|error| failed(error.to_string()))?;
    Ok(phc(&salt, &hash))
}

fn phc(salt: &[u8], hash: &[u8]) -> String {
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${hash}")
}

/// A PHC string that no password fits, for accounts that do not exist: comparing with it takes as long as with any other.
///
/// # Errors
/// When the system has no random numbers.
pub(super) fn nobody() -> Result<String, getrandom::Error> {
    let (mut salt, mut hash) = ([0; SALT_BYTES], [0; HASH_BYTES]);
    getrandom::fill(&mut salt)?;
    getrandom::fill(&mut hash)?;
    Ok(phc(&salt, &hash))
}

/// Whether the password fits the PHC string. What is no such string, or needs more memory than ours, fits nothing.
pub(super) fn fits(password: &Secret, stored: &str, memory: &mut HashMemory) -> bool {
    computed(password, stored, memory).is_some_and(|(computed, stored)| computed.ct_eq(&stored).into())
}

/// The hash of the password with the parameters of a stored hash, and that hash.
fn computed(password: &Secret, stored: &str, memory: &mut HashMemory) -> Option<(Vec<u8>, Vec<u8>)> {
    let stored = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    let params = Params::try_from(&stored).ok()?;
    let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
    let mut hash = vec![0; expected.as_bytes().len()];
    let blocks = memory.blocks(&params)?;
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password.expose().as_bytes(), salt.as_ref(), &mut hash, blocks)
        .ok()?;
    Some((hash, expected.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weak_passwords_are_refused_without_being_repeated() {
        let account = AccountName::parse("margaret", "lic01").unwrap();
        for weak in [
            "",
            "short",
            "elevenchars",
            "aaaaaaaaaaaaaaaa",
            "xxMARGARETxx1234",
            "tab\tinside here!",
        ] {
            let problem = check(&Secret::new(weak), &account).unwrap_err();
            assert_eq!(problem.code, ErrorCode::PasswordTooWeak, "{weak}");
            assert!(weak.is_empty() || !problem.detail.contains(weak));
        }
        assert!(check(&Secret::new("a".repeat(2000)), &account).is_err());
        assert!(check(&Secret::new("correct horse battery"), &account).is_ok());
        assert!(check(&generate().unwrap(), &account).is_ok());
    }

    #[test]
    fn the_right_password_fits_and_nothing_fits_nobody() {
        let mut memory = HashMemory::default();
        let password = Secret::new("correct horse battery");
        let hash = hash(&password, &mut memory).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits(&password, &hash, &mut memory));
        assert!(!fits(&Secret::new("correct horse batterz"), &hash, &mut memory));
        assert!(!fits(&password, &nobody().unwrap(), &mut memory));
        assert!(!fits(&password, "junk", &mut memory));
        let large = hash.replace("m=19456", "m=4194304");
        assert!(!fits(&password, &large, &mut memory));
    }

    #[test]
    fn hashes_of_the_library_itself_fit() {
        use argon2::password_hash::PasswordHasher;
        let password = Secret::new("correct horse battery");
        let hash = Argon2::default()
            .hash_password(password.expose().as_bytes())
            .unwrap();
        assert!(fits(&password, &hash.to_string(), &mut HashMemory::default()));
    }
}
