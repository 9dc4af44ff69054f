//! Messages that are signed and encrypted.

use std::fmt;

use rc4::{Rc4, StreamCipher};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::crypto::{Key, hmac_md5, md5, rc4};
use super::{NtlmError, SIGNATURE_BYTES, flag};

const CLIENT_SIGN: &[u8] = b"session key to client-to-server signing key magic constant\0";
const SERVER_SIGN: &[u8] = b"session key to server-to-client signing key magic constant\0";
const CLIENT_SEAL: &[u8] = b"session key to client-to-server sealing key magic constant\0";
const SERVER_SEAL: &[u8] = b"session key to server-to-client sealing key magic constant\0";

/// Which side holds the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// The keys that both sides have after a sign-in. Messages have to be opened in the order in which they were sealed;
/// after one that does not fit, the session is of no more use.
pub struct Session {
    sending: Half,
    receiving: Half,
    flags: u32,
}

struct Half {
    sign: Key,
    seal: Key,
    cipher: Rc4,
    sequence: u32,
    exchanges_keys: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Session(…)")
    }
}

impl Session {
    pub(super) fn new(key: &[u8; 16], flags: u32, side: Side) -> Result<Self, NtlmError> {
        let half = |sign: &[u8], seal: &[u8]| Half::new(key, sign, seal, flags);
        let client = half(CLIENT_SIGN, CLIENT_SEAL)?;
        let server = half(SERVER_SIGN, SERVER_SEAL)?;
        let (sending, receiving) = match side {
            Side::Client => (client, server),
            Side::Server => (server, client),
        };
        Ok(Self {
            sending,
            receiving,
            flags,
        })
    }

    /// Whether the two sides agreed on encryption with keys of 128 bits.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        let needed = flag::SEAL | flag::EXTENDED_SESSION_SECURITY | flag::KEY_128;
        self.flags & needed == needed
    }

    /// Encrypts a message. Gives its signature and the encrypted bytes.
    ///
    /// # Errors
    /// [`NtlmError::NoSealing`].
    pub fn seal(&mut self, message: &[u8]) -> Result<([u8; SIGNATURE_BYTES], Vec<u8>), NtlmError> {
        if !self.can_seal() {
            return Err(NtlmError::NoSealing);
        }
        let mut sealed = message.to_vec();
        self.sending.cipher.apply_keystream(&mut sealed);
        Ok((self.sending.signature(message), sealed))
    }

    /// Opens a message.
    ///
    /// # Errors
    /// [`NtlmError::BadSignature`], [`NtlmError::NoSealing`].
    pub fn unseal(&mut self, signature: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NtlmError> {
        if !self.can_seal() {
            return Err(NtlmError::NoSealing);
        }
        let mut message = sealed.to_vec();
        self.receiving.cipher.apply_keystream(&mut message);
        self.check(&message, signature)?;
        Ok(message)
    }

    /// The signature of a message that is not encrypted.
    pub fn sign(&mut self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.sending.signature(message)
    }

    /// Checks the signature of a message that is not encrypted.
    ///
    /// # Errors
    /// [`NtlmError::BadSignature`].
    pub fn check(&mut self, message: &[u8], signature: &[u8]) -> Result<(), NtlmError> {
        let expected = self.receiving.signature(message);
        if bool::from(expected.as_slice().ct_eq(signature)) {
            Ok(())
        } else {
            Err(NtlmError::BadSignature)
        }
    }

    /// Starts the encryption of both directions again, as SPNEGO does after the signatures over its list of mechanisms.
    /// The numbers of the messages go on.
    ///
    /// # Errors
    /// [`NtlmError::NoSealing`], which cannot happen with keys that worked before.
    pub fn restart(&mut self) -> Result<(), NtlmError> {
        for half in [&mut self.sending, &mut self.receiving] {
            half.cipher = rc4(&half.seal)?;
        }
        Ok(())
    }
}

impl Half {
    fn new(key: &[u8; 16], sign: &[u8], seal: &[u8], flags: u32) -> Result<Self, NtlmError> {
        let strength = match flags {
            flags if flags & flag::KEY_128 != 0 => 16,
            flags if flags & flag::KEY_56 != 0 => 7,
            _ => 5,
        };
        let seal = md5(&[key.get(..strength).unwrap_or(key), seal]);
        Ok(Self {
            sign: md5(&[key, sign]),
            cipher: rc4(&seal)?,
            seal,
            sequence: 0,
            exchanges_keys: flags & flag::KEY_EXCHANGE != 0,
        })
    }

    fn signature(&mut self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let sequence = self.sequence.to_le_bytes();
        self.sequence = self.sequence.wrapping_add(1);
        let mac = hmac_md5(self.sign.as_slice(), &[&sequence, message]);
        let mut check = Zeroizing::new([0u8; 8]);
        check.copy_from_slice(mac.first_chunk::<8>().unwrap_or(&[0; 8]));
        if self.exchanges_keys {
            self.cipher.apply_keystream(check.as_mut_slice());
        }
        let mut signature = [0; SIGNATURE_BYTES];
        signature[0] = 1;
        signature[4..12].copy_from_slice(check.as_slice());
        signature[12..].copy_from_slice(&sequence);
        signature
    }
}
