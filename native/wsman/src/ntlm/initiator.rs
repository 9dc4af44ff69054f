//! The side of the client.

use zeroize::Zeroizing;

use super::crypto::{NtHash, channel_bindings, crypt_key, hmac_md5, random, user_key, utf16};
use super::message::{Builder, Reader, attributes, file_time, find, push_attribute};
use super::session::{Session, Side};
use super::{NtlmError, attribute, flag};

const WANTED: u32 = flag::UNICODE
    | flag::REQUEST_TARGET
    | flag::SIGN
    | flag::SEAL
    | flag::NTLM
    | flag::ALWAYS_SIGN
    | flag::EXTENDED_SESSION_SECURITY
    | flag::VERSION
    | flag::KEY_128
    | flag::KEY_EXCHANGE;

const VERSION: [u8; 8] = [10, 0, 0, 0, 0, 0, 0, 15];

/// Whom a client signs in as.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Name of the user.
    pub user: String,
    /// Domain of the user; empty for an account of the server.
    pub domain: String,
    /// Hash of the password.
    pub hash: NtHash,
}

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Initiator {
    negotiate: Vec<u8>,
}

impl Initiator {
    /// Begins a sign-in.
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn new() -> Result<Self, NtlmError> {
        let mut builder = Builder::new(1, 40);
        builder.number(WANTED);
        builder.field(&[])?;
        builder.field(&[])?;
        builder.bytes(&VERSION);
        Ok(Self {
            negotiate: builder.finish(),
        })
    }

    /// The first message.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.negotiate
    }

    /// Answers the challenge of a server. `target` is the name of the service (`HTTP/host`), `bindings` the channel
    /// bindings of TLS where there is any.
    ///
    /// # Errors
    /// [`NtlmError`] when the challenge is damaged or the server is too old.
    pub fn answer(
        self,
        challenge: &[u8],
        credentials: &Credentials,
        target: &str,
        bindings: Option<&[u8]>,
        now: jiff::Timestamp,
    ) -> Result<(Vec<u8>, Session), NtlmError> {
        let reader = Reader::new(challenge, 2)?;
        let flags = reader.number(20)? & WANTED;
        if flags & flag::EXTENDED_SESSION_SECURITY == 0 || flags & flag::UNICODE == 0 {
            return Err(NtlmError::TooOld);
        }
        let offered = reader.field(40)?;
        let offered = attributes(offered)?;
        let key = user_key(&credentials.hash, &credentials.user, &credentials.domain);
        let covered = covered(&offered, target, bindings, now)?;
        let proof = hmac_md5(key.as_slice(), &[&reader.array::<8>(24)?, &covered]);
        let base = hmac_md5(key.as_slice(), &[proof.as_slice()]);
        let (session_key, encrypted) = match flags & flag::KEY_EXCHANGE {
            0 => (base, Vec::new()),
            _ => {
                let session_key = Zeroizing::new(random::<16>()?);
                let encrypted = crypt_key(&base, &session_key)?.to_vec();
                (session_key, encrypted)
            }
        };
        let answer = [proof.as_slice(), &covered].concat();
        let mut builder = Builder::new(3, 88);
        // The older answer is left empty, as Windows does when the server sends its time.
        builder.field(&[0; 24])?;
        builder.field(&answer)?;
        builder.field(&utf16(&credentials.domain))?;
        builder.field(&utf16(&credentials.user))?;
        builder.field(&[])?;
        builder.field(&encrypted)?;
        builder.number(flags);
        builder.bytes(&VERSION);
        let mut message = builder.finish();
        let code = hmac_md5(session_key.as_slice(), &[&self.negotiate, challenge, &message]);
        message
            .get_mut(72..88)
            .ok_or(NtlmError::Damaged)?
            .copy_from_slice(code.as_slice());
        Ok((message, Session::new(&session_key, flags, Side::Client)?))
    }
}

/// What the proof covers: the time, a random number, and what the server said about itself.
fn covered(
    offered: &[(u16, &[u8])],
    target: &str,
    bindings: Option<&[u8]>,
    now: jiff::Timestamp,
) -> Result<Vec<u8>, NtlmError> {
    let time = match find(offered, attribute::TIMESTAMP).and_then(|value| value.try_into().ok()) {
        Some(time) => u64::from_le_bytes(time),
        None => file_time(now),
    };
    let mut covered = vec![1, 1, 0, 0, 0, 0, 0, 0];
    covered.extend_from_slice(&time.to_le_bytes());
    covered.extend_from_slice(&random::<8>()?);
    covered.extend_from_slice(&[0; 4]);
    for (id, value) in offered {
        if *id != attribute::FLAGS {
            push_attribute(&mut covered, *id, value)?;
        }
    }
    let flags = attribute::HAS_INTEGRITY_CODE.to_le_bytes();
    push_attribute(&mut covered, attribute::FLAGS, &flags)?;
    let bindings = bindings.map_or([0; 16], channel_bindings);
    push_attribute(&mut covered, attribute::CHANNEL_BINDINGS, &bindings)?;
    push_attribute(&mut covered, attribute::TARGET_NAME, &utf16(target))?;
    push_attribute(&mut covered, attribute::END, &[])?;
    covered.extend_from_slice(&[0; 4]);
    Ok(covered)
}
