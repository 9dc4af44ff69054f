//! Signing and checking tickets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::encoding;
use super::terms::Ticket;

/// How far the clock of a client may be behind the server's. A ticket is not valid before its issue but for this, so
/// that setting the clock back does not prolong it.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Longest text that is read as a ticket.
pub const MAX_TICKET_CHARACTERS: usize = 4096;

const FORMAT: u8 = 2;
/// Tickets of 0.1, which clients may still keep.
const FORMAT_WITHOUT_COUNT: u8 = 1;
const KEY_ID_BYTES: usize = 8;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES;

/// Set before the bytes that are signed, so that a signature made for anything else never fits a ticket.
const CONTEXT: &[u8] = b"licensing ticket 2\n";
const CONTEXT_WITHOUT_COUNT: &[u8] = b"licensing ticket 1\n";

/// Why a text is no valid ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Not a ticket at all, damaged, or of a newer format.
    #[error("this is not a ticket that can be read here; get a new one from the license server")]
    Unreadable,
    /// Signed by another server, or by a key the server no longer uses.
    #[error("the ticket is signed with a key that is not known here; get a new one from the license server")]
    UnknownKey,
    /// Changed after it was signed.
    #[error("the signature of the ticket does not fit; get a new one from the license server")]
    BadSignature,
    /// The clock stands before the issue.
    #[error("the ticket was issued at {0}, after the time this machine's clock shows; set the clock right")]
    NotYetValid(Timestamp),
    /// The time has passed.
    #[error("the ticket was valid until {0}; connect to the license server")]
    Over(Timestamp),
}

/// Signs tickets with a server's key.
#[derive(Debug)]
pub struct TicketSigner {
    key: SigningKey,
}

impl TicketSigner {
    /// With the key that these 32 secret random bytes make.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            key: SigningKey::from_bytes(seed),
        }
    }

    /// Public key that clients check with.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signature of another statement of the server. `context` keeps signatures of different purposes apart.
    pub fn sign_statement(&self, context: &[u8], statement: &[u8]) -> [u8; 64] {
        self.key.sign(&[context, statement].concat()).to_bytes()
    }

    /// Whether a signature of [`Self::sign_statement`] is this server's, and fits.
    pub fn verify_statement(&self, context: &[u8], statement: &[u8], signature: &[u8; 64]) -> bool {
        is_signed_by(&self.public_key(), context, statement, signature)
    }

    /// The ticket as text: letters, digits, `-` and `_`.
    pub fn sign(&self, ticket: &Ticket) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(key_id(&self.key.verifying_key()));
        bytes.extend(encoding::write(ticket));
        let signature = self.key.sign(&signed(&bytes));
        bytes.extend(signature.to_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// Whether a signature of [`TicketSigner::sign_statement`] was made with the key of this public key, and fits.
pub fn is_signed_by(public_key: &[u8; 32], context: &[u8], statement: &[u8], signature: &[u8; 64]) -> bool {
    let signed = [context, statement].concat();
    VerifyingKey::from_bytes(public_key).is_ok_and(|key| {
        key.verify_strict(&signed, &Signature::from_bytes(signature))
            .is_ok()
    })
}

/// Checks tickets of one or more servers.
#[derive(Debug, Clone, Default)]
pub struct TicketVerifier {
    keys: Vec<VerifyingKey>,
}

impl TicketVerifier {
    /// Trusts a public key; false when the bytes are none.
    pub fn trust(&mut self, public_key: &[u8; 32]) -> bool {
        match VerifyingKey::from_bytes(public_key) {
            Ok(key) if !key.is_weak() => {
                self.keys.push(key);
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    /// Reads a ticket and checks signature and times. Whom and what it covers is for [`Ticket::covers`].
    pub fn verify(&self, text: &str, now: Timestamp) -> Result<Ticket, TicketError> {
        if text.len() > MAX_TICKET_CHARACTERS {
            return Err(TicketError::Unreadable);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim())
            .map_err(|_| TicketError::Unreadable)?;
        let (body, signature) = bytes.split_last_chunk::<64>().ok_or(TicketError::Unreadable)?;
        let (header, content) = body
            .split_at_checked(HEADER_BYTES)
            .ok_or(TicketError::Unreadable)?;
        let [format @ (FORMAT_WITHOUT_COUNT | FORMAT), id @ ..] = header else {
            return Err(TicketError::Unreadable);
        };
        let key = self
            .keys
            .iter()
            .find(|key| key_id(key) == id)
            .ok_or(TicketError::UnknownKey)?;
        key.verify_strict(&signed(body), &Signature::from_bytes(signature))
            .map_err(|_| TicketError::BadSignature)?;
        let ticket = encoding::read(content, *format == FORMAT).ok_or(TicketError::Unreadable)?;
        let earliest = ticket
            .issued_at
            .saturating_sub(CLOCK_SKEW)
            .unwrap_or(Timestamp::MIN);
        if now < earliest {
            return Err(TicketError::NotYetValid(ticket.issued_at));
        }
        if now >= ticket.valid_until {
            return Err(TicketError::Over(ticket.valid_until));
        }
        Ok(ticket)
    }
}

fn key_id(key: &VerifyingKey) -> [u8; KEY_ID_BYTES] {
    let digest = Sha256::digest(key.as_bytes());
    let mut id = [0; KEY_ID_BYTES];
    id.copy_from_slice(&digest[..KEY_ID_BYTES]);
    id
}

fn signed(body: &[u8]) -> Vec<u8> {
    let context = match body {
        [FORMAT_WITHOUT_COUNT, ..] => CONTEXT_WITHOUT_COUNT,
        _ => CONTEXT,
    };
    [context, body].concat()
}
