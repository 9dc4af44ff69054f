//! NTLMv2 (\[MS-NLMP\]), both sides, with signed and sealed messages.
//!
//! Only NTLMv2 is spoken. The server checks the proof of the password always, and the integrity code of the three
//! messages whenever the client says that it sends one, which the proof covers.

mod acceptor;
mod crypto;
mod initiator;
mod message;
mod session;

pub use acceptor::{Challenged, Claim, ServerNames};
pub use crypto::NtHash;
pub(crate) use crypto::channel_bindings;
pub use initiator::{Credentials, Initiator};
pub use session::Session;

/// First bytes of each message.
pub const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// Bytes of the signature of a message.
pub const SIGNATURE_BYTES: usize = 16;

/// Largest message that is read. Real ones have less than a kilobyte.
pub const MAX_MESSAGE: usize = 16 * 1024;

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NtlmError {
    /// It ends too early, or a length in it does not fit.
    #[error("the message is damaged")]
    Damaged,
    /// It is not the message that comes next.
    #[error("the message is not the one that comes next")]
    OutOfOrder,
    /// The other side speaks an older version only.
    #[error("only NTLMv2 with extended session security is supported")]
    TooOld,
    /// No user name.
    #[error("anonymous users are not accepted")]
    Anonymous,
    /// The signature of a message does not fit.
    #[error("the signature of a message does not fit")]
    BadSignature,
    /// The session has no keys for what is asked of it.
    #[error("the session was made without encryption")]
    NoSealing,
    /// The system gives no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
}

/// What the two sides agree on.
mod flag {
    pub(super) const UNICODE: u32 = 0x0000_0001;
    pub(super) const OEM: u32 = 0x0000_0002;
    pub(super) const REQUEST_TARGET: u32 = 0x0000_0004;
    pub(super) const SIGN: u32 = 0x0000_0010;
    pub(super) const SEAL: u32 = 0x0000_0020;
    pub(super) const NTLM: u32 = 0x0000_0200;
    pub(super) const ALWAYS_SIGN: u32 = 0x0000_8000;
    pub(super) const TARGET_IS_SERVER: u32 = 0x0002_0000;
    pub(super) const EXTENDED_SESSION_SECURITY: u32 = 0x0008_0000;
    pub(super) const TARGET_INFO: u32 = 0x0080_0000;
    pub(super) const VERSION: u32 = 0x0200_0000;
    pub(super) const KEY_128: u32 = 0x2000_0000;
    pub(super) const KEY_EXCHANGE: u32 = 0x4000_0000;
    pub(super) const KEY_56: u32 = 0x8000_0000;
}

/// Identifiers of attributes in the target information.
mod attribute {
    pub(super) const END: u16 = 0;
    pub(super) const COMPUTER: u16 = 1;
    pub(super) const DOMAIN: u16 = 2;
    pub(super) const DNS_COMPUTER: u16 = 3;
    pub(super) const FLAGS: u16 = 6;
    pub(super) const TIMESTAMP: u16 = 7;
    pub(super) const TARGET_NAME: u16 = 9;
    pub(super) const CHANNEL_BINDINGS: u16 = 10;

    /// In `FLAGS`: the last message has an integrity code.
    pub(super) const HAS_INTEGRITY_CODE: u32 = 2;
}
