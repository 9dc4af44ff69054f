//! The side of the server.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::crypto::{NtHash, channel_bindings, crypt_key, hmac_md5, random, user_key, utf16};
use super::message::{Builder, Reader, attributes, file_time, find, push_attribute};
use super::session::{Session, Side};
use super::{NtlmError, attribute, flag};

/// Shortest answer to a challenge in NTLMv2: the proof, and the fixed part of what it covers.
const SHORTEST_ANSWER: usize = 16 + 28;

/// Where the integrity code stands in the last message.
const INTEGRITY_CODE: std::ops::Range<usize> = 72..88;

/// Names that the server gives itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerNames {
    /// Name of the machine.
    pub computer: String,
    /// Name in DNS.
    pub dns: String,
}

/// A sign-in whose challenge is out. It works for one answer only.
#[derive(Debug)]
pub struct Challenged {
    negotiate: Vec<u8>,
    challenge: Vec<u8>,
    nonce: [u8; 8],
    flags: u32,
}

impl Challenged {
    /// Answers the first message of a client with a challenge.
    ///
    /// # Errors
    /// [`NtlmError`] when the message is damaged or asks for an older version.
    pub fn new(
        negotiate: &[u8],
        names: &ServerNames,
        now: jiff::Timestamp,
    ) -> Result<(Self, Vec<u8>), NtlmError> {
        let wanted = Reader::new(negotiate, 1)?.number(12)?;
        if wanted & flag::EXTENDED_SESSION_SECURITY == 0 || wanted & (flag::UNICODE | flag::OEM) == 0 {
            return Err(NtlmError::TooOld);
        }
        let known = flag::UNICODE
            | flag::OEM
            | flag::REQUEST_TARGET
            | flag::SIGN
            | flag::SEAL
            | flag::ALWAYS_SIGN
            | flag::EXTENDED_SESSION_SECURITY
            | flag::VERSION
            | flag::KEY_128
            | flag::KEY_EXCHANGE
            | flag::KEY_56;
        let mut flags = wanted & known | flag::NTLM | flag::TARGET_INFO | flag::TARGET_IS_SERVER;
        if flags & flag::UNICODE != 0 {
            flags &= !flag::OEM;
        }
        let nonce = random()?;
        let challenge = challenge(names, flags, nonce, now)?;
        let challenged = Self {
            negotiate: negotiate.to_vec(),
            challenge: challenge.clone(),
            nonce,
            flags,
        };
        Ok((challenged, challenge))
    }

    /// Reads the last message of the client. Nothing in it is known to be true before [`Claim::verify`].
    ///
    /// # Errors
    /// [`NtlmError`] when the message is damaged, anonymous, or in an older version.
    pub fn read(self, authenticate: &[u8]) -> Result<Claim, NtlmError> {
        let reader = Reader::new(authenticate, 3)?;
        let flags = reader.number(60)? & self.flags;
        let answer = reader.field(20)?;
        if answer.is_empty() {
            return Err(NtlmError::Anonymous);
        }
        if answer.len() < SHORTEST_ANSWER || flags & flag::EXTENDED_SESSION_SECURITY == 0 {
            return Err(NtlmError::TooOld);
        }
        let (proof, covered) = answer.split_first_chunk::<16>().ok_or(NtlmError::Damaged)?;
        if !covered.starts_with(&[1, 1]) {
            return Err(NtlmError::TooOld);
        }
        let target = attributes(covered.get(28..).ok_or(NtlmError::Damaged)?)?;
        let has_code = find(&target, attribute::FLAGS)
            .and_then(|value| value.first_chunk::<4>())
            .is_some_and(|bytes| u32::from_le_bytes(*bytes) & attribute::HAS_INTEGRITY_CODE != 0);
        let integrity_code = match has_code {
            true => Some(reader.array(INTEGRITY_CODE.start)?),
            false => None,
        };
        let encrypted_key = match flags & flag::KEY_EXCHANGE {
            0 => None,
            _ => Some(reader.field(52)?.try_into().map_err(|_| NtlmError::Damaged)?),
        };
        let user = reader.text(36, flags)?;
        if user.is_empty() {
            return Err(NtlmError::Anonymous);
        }
        Ok(Claim {
            user,
            domain: reader.text(28, flags)?,
            proof: *proof,
            bindings: find(&target, attribute::CHANNEL_BINDINGS)
                .and_then(|value| value.try_into().ok())
                .filter(|value| *value != [0; 16]),
            covered: covered.to_vec(),
            integrity_code,
            encrypted_key,
            authenticate: authenticate.to_vec(),
            challenged: self,
            flags,
        })
    }
}

fn challenge(
    names: &ServerNames,
    flags: u32,
    nonce: [u8; 8],
    now: jiff::Timestamp,
) -> Result<Vec<u8>, NtlmError> {
    let mut target = Vec::new();
    push_attribute(&mut target, attribute::DOMAIN, &utf16(&names.computer))?;
    push_attribute(&mut target, attribute::COMPUTER, &utf16(&names.computer))?;
    push_attribute(&mut target, attribute::DNS_COMPUTER, &utf16(&names.dns))?;
    push_attribute(&mut target, attribute::TIMESTAMP, &file_time(now).to_le_bytes())?;
    push_attribute(&mut target, attribute::END, &[])?;
    let name = match flags & flag::UNICODE {
        0 => names.computer.bytes().filter(u8::is_ascii).collect(),
        _ => utf16(&names.computer),
    };
    let mut builder = Builder::new(2, 56);
    builder.field(&name)?;
    builder.number(flags);
    builder.bytes(&nonce);
    builder.bytes(&[0; 8]);
    builder.field(&target)?;
    // A version, as Windows gives it; nobody acts on it.
    builder.bytes(&[10, 0, 0, 0, 0, 0, 0, 15]);
    Ok(builder.finish())
}

/// What a client claims to be.
#[derive(Debug)]
pub struct Claim {
    user: String,
    domain: String,
    proof: [u8; 16],
    covered: Vec<u8>,
    bindings: Option<[u8; 16]>,
    integrity_code: Option<[u8; 16]>,
    encrypted_key: Option<[u8; 16]>,
    authenticate: Vec<u8>,
    challenged: Challenged,
    flags: u32,
}

impl Claim {
    /// Name of the user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Domain of the user, or of the machine that the client takes the account to be on; may be empty.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether the claim can be for this connection. `bindings` are the channel bindings of its TLS
    /// (`tls-server-end-point:` and the hash of the certificate); a client that sends none is not refused.
    #[must_use]
    pub fn is_for(&self, bindings: Option<&[u8]>) -> bool {
        match (self.bindings, bindings) {
            (None, _) => true,
            (Some(sent), Some(own)) => bool::from(sent.ct_eq(&channel_bindings(own))),
            (Some(_), None) => false,
        }
    }

    /// Checks the claim against the hash of the password of the account. Gives the session if it is true.
    #[must_use]
    pub fn verify(&self, hash: &NtHash) -> Option<Session> {
        let key = user_key(hash, &self.user, &self.domain);
        let proof = hmac_md5(key.as_slice(), &[&self.challenged.nonce, &self.covered]);
        if !bool::from(proof.ct_eq(&self.proof)) {
            return None;
        }
        let base = hmac_md5(key.as_slice(), &[&self.proof]);
        let session_key = match &self.encrypted_key {
            Some(encrypted) => crypt_key(&base, encrypted).ok()?,
            None => base,
        };
        if let Some(code) = &self.integrity_code {
            let mut without = self.authenticate.clone();
            without.get_mut(INTEGRITY_CODE)?.fill(0);
            let expected = hmac_md5(
                session_key.as_slice(),
                &[&self.challenged.negotiate, &self.challenged.challenge, &without],
            );
            if !bool::from(expected.ct_eq(code)) {
                return None;
            }
        }
        let session_key = Zeroizing::new(*session_key);
        Session::new(&session_key, self.flags, Side::Server).ok()
    }
}
