//! Who has signed in at the page. Sessions live in memory: a restart ends them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How long a session may be unused.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long a session lasts at most.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// Most sessions; the one that is unused for the longest time makes room.
const MOST: usize = 1000;

/// A session.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// Under which the account is kept; it is read again with each request.
    pub(super) token_hash: String,
    /// What forms of the page carry, so that no other page can send them.
    pub(super) csrf: String,
    begun: Instant,
    used: Instant,
}

impl Session {
    /// Whether a form comes from the page of this session.
    pub(super) fn sent(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.used) > IDLE || now.duration_since(self.begun) > LONGEST
    }
}

/// The sessions, by the hash of their ids.
#[derive(Debug, Default)]
pub(in crate::web) struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn key(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

impl Sessions {
    /// Begins a session of an account; its id.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(super) fn begin(&self, token_hash: String, now: Instant) -> Result<String, getrandom::Error> {
        let (id, csrf) = (random()?, random()?);
        let mut open = self.0.lock();
        open.retain(|_, session| !session.is_over(now));
        if open.len() >= MOST {
            let oldest = open
                .iter()
                .min_by_key(|(_, session)| session.used)
                .map(|(key, _)| *key);
            oldest.and_then(|oldest| open.remove(&oldest));
        }
        open.insert(
            key(&id),
            Session {
                token_hash,
                csrf,
                begun: now,
                used: now,
            },
        );
        Ok(id)
    }

    /// The session of an id; none when there is none, or it is over.
    pub(super) fn of(&self, id: &str, now: Instant) -> Option<Session> {
        let mut open = self.0.lock();
        let key = key(id);
        if open.get(&key)?.is_over(now) {
            open.remove(&key);
            return None;
        }
        let session = open.get_mut(&key)?;
        session.used = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub(super) fn end(&self, id: &str) {
        self.0.lock().remove(&key(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_when_they_are_unused_and_after_half_a_day_at_most() {
        let sessions = Sessions::default();
        let begin = Instant::now();
        let id = sessions.begin("hash".to_owned(), begin).unwrap();
        assert!(sessions.of("other", begin).is_none());
        let mut now = begin;
        while now.duration_since(begin) + Duration::from_secs(29 * 60) < LONGEST {
            now += Duration::from_secs(29 * 60);
            let session = sessions.of(&id, now).unwrap();
            assert!(session.sent(&session.csrf.clone()) && !session.sent("guessed") && !session.sent(""));
        }
        assert!(
            sessions
                .of(&id, begin + LONGEST + Duration::from_secs(1))
                .is_none()
        );
        let idle = sessions.begin("hash".to_owned(), begin).unwrap();
        assert!(
            sessions
                .of(&idle, begin + IDLE + Duration::from_secs(1))
                .is_none()
        );
        let ended = sessions.begin("hash".to_owned(), begin).unwrap();
        sessions.end(&ended);
        assert!(sessions.of(&ended, begin).is_none());
    }

    #[test]
    fn the_number_of_sessions_is_bounded() {
        let sessions = Sessions::default();
        let begin = Instant::now();
        let first = sessions.begin("hash".to_owned(), begin).unwrap();
        for _ in 0..MOST {
            sessions
                .begin("hash".to_owned(), begin + Duration::from_secs(1))
                .unwrap();
        }
        assert_eq!(sessions.0.lock().len(), MOST);
        assert!(sessions.of(&first, begin + Duration::from_secs(1)).is_none());
    }
}
