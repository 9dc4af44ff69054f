//! The side of the server: from the first token of a client to its name and a session.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use der::asn1::{Any, AnyRef, BitString, GeneralizedTime, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged as _};
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use super::cipher::Key;
use super::message::{
    Authenticator, AuthenticatorBody, EncryptedData, EncryptionKey, Reply, ReplyBody, ReplyContent,
    ReplyContentBody, Request, RequestBody, Tagged, TicketContent, TicketContentBody,
};
use super::session::Session;
use super::{KerberosError, Keytab};
use crate::ntlm::channel_bindings;
use crate::spnego::KERBEROS;

/// Largest token that is read; a ticket of a user in many groups has some kilobytes.
const MAX_TOKEN: usize = 64 * 1024;

/// How far the clock of a client may differ (RFC 4120 1.6).
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Most sign-ins that are remembered, so that none works twice.
const MOST_REMEMBERED: usize = 100_000;

const OUTER: Tag = Tag::Application {
    constructed: true,
    number: TagNumber(0),
};
const REQUEST_TOKEN: [u8; 2] = [1, 0];
const REPLY_TOKEN: [u8; 2] = [2, 0];

/// Uses of keys (RFC 4120 7.5.1).
const USE_TICKET: i32 = 2;
const USE_AUTHENTICATOR: i32 = 11;
const USE_REPLY: i32 = 12;

/// Type of the checksum that carries flags and channel bindings (RFC 4121 4.1.1).
const CHECKSUM_OF_GSS: i32 = 0x8003;
const FLAG_MUTUAL: u32 = 2;
const FLAG_DCE: u32 = 0x1000;

/// Places of flags and options, counted from the most significant bit.
const OPTION_USE_SESSION_KEY: usize = 1;
const OPTION_MUTUAL: usize = 2;
const FLAG_INVALID: usize = 7;

/// Checks tickets.
#[derive(Debug)]
pub struct Acceptor {
    keytab: Keytab,
    used: Mutex<Used>,
}

/// Somebody who has shown a valid ticket.
#[derive(Debug)]
pub struct Accepted {
    /// Name without realm; parts are joined by a slash.
    pub name: String,
    /// Realm, which vouches for the name.
    pub realm: String,
    /// Until when the ticket is valid.
    pub until: Timestamp,
    /// Token that proves to the client that the server has its key; none unless it asks for that.
    pub reply: Option<Vec<u8>>,
    /// What seals messages.
    pub session: Session,
    bindings: Option<[u8; 16]>,
}

impl Accepted {
    /// Whether the sign-in can be for this connection. `bindings` are the channel bindings of its TLS; a client that sends
    /// none is not refused.
    #[must_use]
    pub fn is_for(&self, bindings: Option<&[u8]>) -> bool {
        match (self.bindings, bindings) {
            (None, _) => true,
            (Some(sent), Some(own)) => bool::from(sent.ct_eq(&channel_bindings(own))),
            (Some(_), None) => false,
        }
    }
}

impl Acceptor {
    /// Checks tickets with these keys.
    #[must_use]
    pub fn new(keytab: Keytab) -> Self {
        Self {
            keytab,
            used: Mutex::default(),
        }
    }

    /// Whether a token is one of Kerberos.
    #[must_use]
    pub fn is_token(token: &[u8]) -> bool {
        open(token).is_ok()
    }

    /// Checks the token of a client.
    ///
    /// # Errors
    /// Any [`KerberosError`]; which one is for the log, not for the client.
    pub fn accept(&self, token: &[u8], now: Timestamp) -> Result<Accepted, KerberosError> {
        let Tagged(request) = open(token)?;
        let ticket = self.ticket(&request)?;
        check_times(&ticket, now)?;
        let ticket_key = key_of(&ticket.key)?;
        let Tagged(authenticator) =
            Authenticator::from_der(&decrypt(&ticket_key, USE_AUTHENTICATOR, &request.authenticator)?)?;
        if authenticator.client != ticket.client || authenticator.realm != ticket.realm {
            return Err(KerberosError::Damaged);
        }
        if time(&authenticator.time)?.duration_since(now).abs() > SKEW {
            return Err(KerberosError::ClockSkew);
        }
        let (flags, bindings) = gss_checksum(&authenticator)?;
        if flags & FLAG_DCE != 0 {
            return Err(KerberosError::NotSupported);
        }
        self.remember(&request.authenticator, now)?;
        let until = time(&ticket.end)?;
        let is_mutual = flags & FLAG_MUTUAL != 0 || is_set(&request.options, OPTION_MUTUAL);
        let (session, reply) = session(&ticket_key, &authenticator, is_mutual)?;
        Ok(Accepted {
            name: ticket.client.joined(),
            realm: ticket.realm.0,
            until,
            reply,
            session,
            bindings,
        })
    }

    fn ticket(&self, request: &RequestBody) -> Result<TicketContentBody, KerberosError> {
        let Tagged(ticket) = &request.ticket;
        if is_set(&request.options, OPTION_USE_SESSION_KEY) {
            return Err(KerberosError::NotSupported);
        }
        let (service, encrypted) = (ticket.service.joined(), &ticket.encrypted);
        let key = self
            .keytab
            .key(&ticket.realm.0, &service, encrypted.version, encrypted.encryption)?;
        let Tagged(content) = TicketContent::from_der(&decrypt(key, USE_TICKET, encrypted)?)?;
        Ok(content)
    }

    /// Remembers a sign-in for as long as it could be used again.
    fn remember(&self, authenticator: &EncryptedData, now: Timestamp) -> Result<(), KerberosError> {
        // Its last bytes are a checksum that nobody can change without its key.
        let bytes = authenticator.cipher.as_bytes();
        let mark = *bytes.last_chunk::<12>().ok_or(KerberosError::Damaged)?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget(now);
        if used.marks.len() >= MOST_REMEMBERED {
            return Err(KerberosError::TooMany);
        }
        if !used.marks.insert(mark) {
            return Err(KerberosError::Replayed);
        }
        let until = now.saturating_add(SKEW * 2).map_err(|_| KerberosError::Damaged)?;
        used.order.push_back((until, mark));
        Ok(())
    }
}

/// Sign-ins of the last minutes, in the order in which they came.
#[derive(Debug, Default)]
struct Used {
    marks: HashSet<[u8; 12]>,
    order: VecDeque<(Timestamp, [u8; 12])>,
}

impl Used {
    fn forget(&mut self, now: Timestamp) {
        while let Some((_, mark)) = self.order.pop_front_if(|(until, _)| *until < now) {
            self.marks.remove(&mark);
        }
    }
}

/// Reads `AP-REQ` inside of the frame of GSS (RFC 2743 3.1).
fn open(token: &[u8]) -> Result<Request, KerberosError> {
    if token.len() > MAX_TOKEN {
        return Err(KerberosError::Damaged);
    }
    let outer = AnyRef::from_der(token)?;
    if outer.tag() != OUTER {
        return Err(KerberosError::Damaged);
    }
    let mut reader = SliceReader::new(outer.value())?;
    if ObjectIdentifier::decode(&mut reader)? != KERBEROS || reader.read_slice(2u8.into())? != REQUEST_TOKEN {
        return Err(KerberosError::Damaged);
    }
    let request = Request::from_der(reader.read_slice(reader.remaining_len())?)?;
    if request.0.version != 5 || request.0.kind != 14 {
        return Err(KerberosError::Damaged);
    }
    Ok(request)
}

fn decrypt(
    key: &Key,
    usage: i32,
    data: &EncryptedData,
) -> Result<zeroize::Zeroizing<Vec<u8>>, KerberosError> {
    if data.encryption != key.kind() {
        return Err(KerberosError::EncryptionType);
    }
    key.decrypt(usage, data.cipher.as_bytes())
}

fn key_of(key: &EncryptionKey) -> Result<Key, KerberosError> {
    Key::new(key.kind, key.value.as_bytes())
}

fn check_times(ticket: &TicketContentBody, now: Timestamp) -> Result<(), KerberosError> {
    let start = time(ticket.start.as_ref().unwrap_or(&ticket.authenticated))?;
    let end = time(&ticket.end)?;
    let is_early = start.duration_since(now) > SKEW;
    let is_late = now.duration_since(end) > SKEW;
    if is_early || is_late || is_set(&ticket.flags, FLAG_INVALID) {
        return Err(KerberosError::Expired);
    }
    Ok(())
}

fn time(time: &GeneralizedTime) -> Result<Timestamp, KerberosError> {
    let seconds = time.to_unix_duration().as_secs();
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(KerberosError::Damaged)
}

fn is_set(flags: &BitString, place: usize) -> bool {
    flags
        .raw_bytes()
        .get(place / 8)
        .is_some_and(|byte| byte & (0x80 >> (place % 8)) != 0)
}

/// Flags and channel bindings of a client.
fn gss_checksum(authenticator: &AuthenticatorBody) -> Result<(u32, Option<[u8; 16]>), KerberosError> {
    let checksum = authenticator
        .checksum
        .as_ref()
        .ok_or(KerberosError::NotSupported)?;
    if checksum.kind != CHECKSUM_OF_GSS {
        return Err(KerberosError::NotSupported);
    }
    let (length, rest) = checksum
        .value
        .as_bytes()
        .split_first_chunk::<4>()
        .ok_or(KerberosError::Damaged)?;
    let (bindings, rest) = rest.split_first_chunk::<16>().ok_or(KerberosError::Damaged)?;
    let flags = rest.first_chunk::<4>().ok_or(KerberosError::Damaged)?;
    if u32::from_le_bytes(*length) != 16 {
        return Err(KerberosError::Damaged);
    }
    Ok((
        u32::from_le_bytes(*flags),
        Some(*bindings).filter(|bindings| *bindings != [0; 16]),
    ))
}

/// The session, and the token by which the client learns the key that the server has chosen for it. A client that asks for
/// no such token uses its own key.
fn session(
    ticket_key: &Key,
    authenticator: &AuthenticatorBody,
    is_mutual: bool,
) -> Result<(Session, Option<Vec<u8>>), KerberosError> {
    // Some clients write the number with its sign.
    let number = authenticator.sequence.unwrap_or_default() & 0xffff_ffff;
    let theirs = u32::try_from(number).unwrap_or_default();
    let key = match &authenticator.key {
        Some(key) => key_of(key)?,
        None => ticket_key.clone(),
    };
    if !is_mutual {
        return Ok((Session::new(key, false, theirs, theirs), None));
    }
    let own_key = key.another()?;
    let mut own = [0; 4];
    getrandom::fill(&mut own).map_err(|_| KerberosError::NoRandomness)?;
    let own = u32::from_be_bytes(own) & 0x3fff_ffff;
    let content: ReplyContent = Tagged(ReplyContentBody {
        time: authenticator.time,
        microseconds: authenticator.microseconds,
        key: Some(EncryptionKey {
            kind: own_key.kind(),
            value: OctetString::new(own_key.bytes().to_vec())?,
        }),
        sequence: Some(i64::from(own)),
    });
    let content = zeroize::Zeroizing::new(content.to_der()?);
    let reply: Reply = Tagged(ReplyBody {
        version: 5,
        kind: 15,
        encrypted: EncryptedData {
            encryption: ticket_key.kind(),
            version: None,
            cipher: OctetString::new(ticket_key.encrypt(USE_REPLY, &content)?)?,
        },
    });
    let framed = [KERBEROS.to_der()?, REPLY_TOKEN.to_vec(), reply.to_der()?].concat();
    let token = Any::new(OUTER, framed)?.to_der()?;
    Ok((Session::new(own_key, true, own, theirs), Some(token)))
}

#[cfg(test)]
mod tests;
