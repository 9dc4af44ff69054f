//! Messages that are encrypted with the keys of a sign-in (RFC 4121 4.2.4).

use std::fmt;

use zeroize::Zeroizing;

use super::KerberosError;
use super::cipher::Key;

/// First bytes of a sealed message.
const SEALED: [u8; 2] = [5, 4];
/// Bytes of the header of a message.
const HEADER: usize = 16;
/// Bytes behind the message inside of the encryption: the header again, and the checksum.
const TRAILER: u16 = 28;
/// Bytes of the signature that goes before the encrypted message: header, trailer, and the random block.
const SIGNATURE: usize = HEADER + TRAILER as usize + 16;

/// Uses of a key, by who sends (RFC 4121 2).
const SEAL_BY_SERVER: i32 = 22;
const SEAL_BY_CLIENT: i32 = 24;

/// Flags of a message.
const FROM_SERVER: u8 = 1;
const IS_SEALED: u8 = 2;
const KEY_OF_SERVER: u8 = 4;

/// The key that both sides have after a sign-in. Messages have to be opened in the order in which they were sealed; after
/// one that does not fit, the session is of no more use.
pub struct Session {
    key: Key,
    /// Whether the key is one that the server has chosen.
    is_own: bool,
    sending: u64,
    receiving: u64,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Session(…)")
    }
}

impl Session {
    pub(super) fn new(key: Key, is_own: bool, sending: u32, receiving: u32) -> Self {
        Self {
            key,
            is_own,
            sending: u64::from(sending),
            receiving: u64::from(receiving),
        }
    }

    /// Encrypts a message of the server. Gives what goes before it and the encrypted bytes.
    ///
    /// # Errors
    /// [`KerberosError::NoRandomness`], [`KerberosError::Integrity`].
    pub fn seal(&mut self, message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), KerberosError> {
        let flags = FROM_SERVER | IS_SEALED | if self.is_own { KEY_OF_SERVER } else { 0 };
        let inner = header(flags, 0, self.sending);
        let plain = Zeroizing::new([message, &inner].concat());
        let mut encrypted = self.key.encrypt(SEAL_BY_SERVER, &plain)?;
        // The receiver looks for the trailer before the message.
        let turned = usize::from(TRAILER).min(encrypted.len());
        encrypted.rotate_right(turned);
        let mut sealed = header(flags, TRAILER, self.sending).to_vec();
        sealed.extend_from_slice(&encrypted);
        self.sending += 1;
        let data = sealed.split_off(SIGNATURE.min(sealed.len()));
        Ok((sealed, data))
    }

    /// Opens a message of the client.
    ///
    /// # Errors
    /// [`KerberosError::Damaged`], [`KerberosError::Integrity`], [`KerberosError::Replayed`].
    pub fn unseal(&mut self, signature: &[u8], data: &[u8]) -> Result<Vec<u8>, KerberosError> {
        let sealed = [signature, data].concat();
        let (head, body) = sealed
            .split_first_chunk::<HEADER>()
            .ok_or(KerberosError::Damaged)?;
        let [a, b, flags, filler, c, d, e, f, number @ ..] = head;
        let extra = u16::from_be_bytes([*c, *d]);
        let rotated = usize::from(u16::from_be_bytes([*e, *f]));
        let number = u64::from_be_bytes(*number);
        let expected_flags = IS_SEALED | if self.is_own { KEY_OF_SERVER } else { 0 };
        if [*a, *b] != SEALED || *filler != 0xff || *flags != expected_flags || body.is_empty() {
            return Err(KerberosError::Damaged);
        }
        let mut encrypted = body.to_vec();
        encrypted.rotate_left(rotated % body.len());
        let plain = self.key.decrypt(SEAL_BY_CLIENT, &encrypted)?;
        let (plain, inner) = plain.split_last_chunk::<HEADER>().ok_or(KerberosError::Damaged)?;
        // The header inside counts, because nobody else can have written it.
        let mut expected = *head;
        expected[6..8].fill(0);
        if *inner != expected {
            return Err(KerberosError::Damaged);
        }
        if number != self.receiving {
            return Err(KerberosError::Replayed);
        }
        self.receiving += 1;
        let length = plain
            .len()
            .checked_sub(usize::from(extra))
            .ok_or(KerberosError::Damaged)?;
        Ok(plain.get(..length).unwrap_or_default().to_vec())
    }
}

fn header(flags: u8, rotated: u16, number: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..2].copy_from_slice(&SEALED);
    header[2] = flags;
    header[3] = 0xff;
    header[6..8].copy_from_slice(&rotated.to_be_bytes());
    header[8..].copy_from_slice(&number.to_be_bytes());
    header
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// A message as a client seals it, with the trailer turned by `rotated`.
    fn by_client(key: &Key, message: &[u8], rotated: u16, number: u64) -> Vec<u8> {
        let flags = IS_SEALED | KEY_OF_SERVER;
        let plain = [message, &header(flags, 0, number)].concat();
        let mut encrypted = key.encrypt(SEAL_BY_CLIENT, &plain).unwrap();
        let length = encrypted.len();
        encrypted.rotate_right(usize::from(rotated) % length);
        [header(flags, rotated, number).as_slice(), &encrypted].concat()
    }

    proptest! {
        #[test]
        fn messages_open_once_in_their_order_and_unchanged(
            message in proptest::collection::vec(any::<u8>(), 0..200),
            rotated in 0u16..100,
            changed in any::<proptest::sample::Index>(),
        ) {
            let key = Key::new(18, &[7; 32]).unwrap();
            let mut session = Session::new(key.clone(), true, 5, 9);
            let mut first = by_client(&key, &message, rotated, 9);
            let second = by_client(&key, b"second", 28, 10);
            let (signature, data) = first.split_at(20);
            prop_assert_eq!(session.unseal(signature, data).unwrap(), message);
            prop_assert_eq!(session.unseal(signature, data), Err(KerberosError::Replayed));
            prop_assert_eq!(session.unseal(&[], &second).unwrap(), b"second");
            let place = changed.index(first.len());
            first[place] ^= 1;
            let mut session = Session::new(key, true, 5, 9);
            prop_assert!(session.unseal(&first, &[]).is_err());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let mut session = Session::new(Key::new(17, &[7; 16]).unwrap(), false, 0, 0);
            prop_assert!(session.unseal(&bytes, &[]).is_err());
            let framed = [header(IS_SEALED, 28, 0).as_slice(), &bytes].concat();
            prop_assert!(session.unseal(&framed, &[]).is_err());
        }
    }
}
