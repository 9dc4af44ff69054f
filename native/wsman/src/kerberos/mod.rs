//! Kerberos for a server with a keytab (RFC 4120, RFC 4121): tickets of clients, and messages sealed with their keys.
//!
//! Cryptography is that of the crate picky-krb. AES with 128 and 256 bits is spoken (RFC 3962); RC4 and DES are not.

mod acceptor;
mod cipher;
mod keytab;
mod message;
mod session;

pub use acceptor::{Accepted, Acceptor};
pub use keytab::{Keytab, MAX_KEYTAB};
pub use session::Session;

/// Why a ticket or a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KerberosError {
    /// It is not what the standard says.
    #[error("the message is damaged")]
    Damaged,
    /// The keytab has no key that the ticket was made for.
    #[error("the keytab has no key for the service, version and encryption type of the ticket")]
    NoKey,
    /// What is encrypted does not open with its key.
    #[error("a part of the message does not decrypt")]
    Integrity,
    /// An encryption type that is not spoken.
    #[error("only AES with SHA-1 (RFC 3962) is supported")]
    EncryptionType,
    /// The ticket is not valid yet, or no longer.
    #[error("the ticket has expired or is not valid yet")]
    Expired,
    /// The clocks differ.
    #[error("the clock of the client differs by more than five minutes")]
    ClockSkew,
    /// The message was used before.
    #[error("the message was used before")]
    Replayed,
    /// More sign-ins than can be remembered.
    #[error("there were too many sign-ins in the last minutes")]
    TooMany,
    /// Something that nobody uses over HTTP.
    #[error("the client asks for a way of signing in that is not supported")]
    NotSupported,
    /// The system gives no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
}

impl From<der::Error> for KerberosError {
    fn from(_: der::Error) -> Self {
        Self::Damaged
    }
}
