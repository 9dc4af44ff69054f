//! Passwords: what is accepted, how they are kept, and how they are checked without stopping the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use licensing_api::{ErrorCode, Problem, Secret};
use tokio::sync::Semaphore;

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

/// Hashes computed at a time: each takes a core and 19 MiB.
const AT_A_TIME: usize = 2;

/// Requests that may wait for one.
const MAX_WAITING: usize = 64;

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
        return weak("It has control characters, which cannot be sent when logging in.");
    }
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_DIFFERENT {
        return weak("It has fewer than five different characters.");
    }
    let name = account.name().to_lowercase();
    if name.chars().count() > 3 && text.to_lowercase().contains(&name) {
        return weak("It contains the name of the account.");
    }
    Ok(())
}

/// A password made by the machine: 144 random bits as 24 characters.
///
/// # Errors
/// When the system has no random numbers.
pub fn generate() -> Result<Secret, getrandom::Error> {
    use base64::Engine;
    let mut random = [0u8; 18];
    getrandom::fill(&mut random)?;
    Ok(Secret::new(
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random),
    ))
}

/// Hashes a password, on the calling thread. The result is a PHC string with its own salt and parameters.
pub(super) fn hash(password: &Secret) -> Result<String, Problem> {
    argon2()
        .and_then(|argon2| {
            argon2
                .hash_password(password.expose().as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|error| error.to_string())
        })
        .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("Hashing failed: {error}.")))
}

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Computes hashes on the blocking pool, a few at a time.
#[derive(Debug, Clone)]
pub(super) struct HashingPool {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// What the passwords of unknown accounts are compared with, so that they take as long as any other.
    nobody: Arc<str>,
}

impl HashingPool {
    pub(super) fn new() -> Result<Self, Problem> {
        let nobody = generate()
            .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("No random numbers: {error}.")))?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(AT_A_TIME)),
            waiting: Arc::default(),
            nobody: hash(&nobody)?.into(),
        })
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: Secret) -> Result<String, Problem> {
        self.run(move || hash(&password)).await?
    }

    /// Whether the password fits. Without a hash the answer is no, after the same work.
    pub(super) async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, Problem> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let fits = self
            .run(move || {
                PasswordHash::new(&hash).is_ok_and(|hash| {
                    Argon2::default()
                        .verify_password(password.expose().as_bytes(), &hash)
                        .is_ok()
                })
            })
            .await?;
        Ok(fits && exists)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let _waiting = Waiting::enter(&self.waiting)?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| Problem::new(ErrorCode::ServerStopping, "Passwords are not checked any more."))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| Problem::new(ErrorCode::UnknownError, format!("Hashing failed: {error}.")))
    }
}

/// Counts one request as waiting as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicUsize) -> Result<Self, Problem> {
        let this = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            return Err(Problem::new(
                ErrorCode::TooManyRequests,
                "Too many passwords wait to be checked.",
            )
            .retry_after(2));
        }
        Ok(this)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
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

    #[tokio::test]
    async fn the_right_password_fits_and_nothing_fits_nobody() {
        let pool = HashingPool::new().unwrap();
        let password = Secret::new("correct horse battery");
        let hash = pool.hash(password.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(pool.verify(password.clone(), Some(hash.clone())).await.unwrap());
        assert!(
            !pool
                .verify(Secret::new("correct horse batterz"), Some(hash))
                .await
                .unwrap()
        );
        assert!(!pool.verify(password.clone(), None).await.unwrap());
        assert!(!pool.verify(password, Some("junk".to_owned())).await.unwrap());
    }
}
