//! Hashes and keys.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md4::{Digest, Md4};
use md5::Md5;
use rc4::{Rc4, StreamCipher};
use zeroize::Zeroizing;

use super::NtlmError;

/// The NT hash of a password: MD4 of its UTF-16. Whoever has it can sign in with NTLM as if they had the password.
#[derive(Clone)]
pub struct NtHash(Zeroizing<[u8; 16]>);

impl NtHash {
    /// The hash of a password.
    #[must_use]
    pub fn of_password(password: &str) -> Self {
        let bytes = Zeroizing::new(utf16(password));
        Self(Zeroizing::new(Md4::digest(bytes.as_slice()).into()))
    }

    /// A hash that was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes, to be kept encrypted.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for NtHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NtHash(…)")
    }
}

pub(super) type Key = Zeroizing<[u8; 16]>;

pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(super) fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Key {
    // HMAC takes keys of any length.
    let Ok(mut mac) = <Hmac<Md5> as KeyInit>::new_from_slice(key) else {
        return Zeroizing::new([0; 16]);
    };
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

pub(super) fn md5(parts: &[&[u8]]) -> Key {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(part);
    }
    Zeroizing::new(digest.finalize().into())
}

pub(super) fn rc4(key: &[u8; 16]) -> Result<Rc4, NtlmError> {
    Rc4::new_from_slice(key).map_err(|_| NtlmError::NoSealing)
}

/// Encrypts or decrypts a session key.
pub(super) fn crypt_key(key: &[u8; 16], data: &[u8; 16]) -> Result<Key, NtlmError> {
    let mut data = Zeroizing::new(*data);
    rc4(key)?.apply_keystream(data.as_mut_slice());
    Ok(data)
}

/// The key of a user: `NTOWFv2`. The name is in upper case, character by character, as Windows has it.
pub(super) fn user_key(hash: &NtHash, user: &str, domain: &str) -> Key {
    let upper: String = user
        .chars()
        .map(|character| {
            let mut upper = character.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) => single,
                _ => character,
            }
        })
        .collect();
    hmac_md5(hash.as_bytes(), &[&utf16(&upper), &utf16(domain)])
}

/// What the channel bindings of a TLS connection look like in a message.
pub(crate) fn channel_bindings(application_data: &[u8]) -> [u8; 16] {
    let length = u32::try_from(application_data.len()).unwrap_or(u32::MAX);
    *md5(&[&[0; 16], &length.to_le_bytes(), application_data])
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], NtlmError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NtlmError::NoRandomness)?;
    Ok(bytes)
}
