//! Encryption with one key.

use picky_krb::crypto::CipherSuite;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::KerberosError;

/// A key with its encryption type.
#[derive(Clone)]
pub(super) struct Key {
    suite: CipherSuite,
    bytes: Zeroizing<Vec<u8>>,
}

impl Key {
    /// A key of this encryption type (RFC 3961 8).
    pub(super) fn new(kind: i32, bytes: &[u8]) -> Result<Self, KerberosError> {
        let suite = match kind {
            17 => CipherSuite::Aes128CtsHmacSha196,
            18 => CipherSuite::Aes256CtsHmacSha196,
            _ => return Err(KerberosError::EncryptionType),
        };
        if bytes.len() != suite.cipher().key_size() {
            return Err(KerberosError::Damaged);
        }
        Ok(Self {
            suite,
            bytes: Zeroizing::new(bytes.to_vec()),
        })
    }

    /// A new key of the same type.
    pub(super) fn another(&self) -> Result<Self, KerberosError> {
        let mut bytes = Zeroizing::new(vec![0; self.bytes.len()]);
        getrandom::fill(&mut bytes).map_err(|_| KerberosError::NoRandomness)?;
        Ok(Self {
            suite: self.suite.clone(),
            bytes,
        })
    }

    pub(super) fn kind(&self) -> i32 {
        match self.suite {
            CipherSuite::Aes128CtsHmacSha196 => 17,
            CipherSuite::Aes256CtsHmacSha196 => 18,
            CipherSuite::Des3CbcSha1Kd => 16,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn encrypt(&self, usage: i32, plain: &[u8]) -> Result<Vec<u8>, KerberosError> {
        let encrypted = self.suite.cipher().encrypt(&self.bytes, usage, plain);
        encrypted.map_err(|_| KerberosError::Integrity)
    }

    /// Decrypts, and compares the checksum in constant time, which the library does not.
    pub(super) fn decrypt(&self, usage: i32, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, KerberosError> {
        let cipher = self.suite.cipher();
        let opened = cipher
            .decrypt_no_checksum(&self.bytes, usage, encrypted)
            .map_err(|_| KerberosError::Integrity)?;
        let plain = Zeroizing::new(opened.plaintext);
        let covered = Zeroizing::new([opened.confounder.as_slice(), &plain].concat());
        let expected = cipher
            .encryption_checksum(&self.bytes, usage, &covered)
            .map_err(|_| KerberosError::Integrity)?;
        if bool::from(expected.ct_eq(&opened.checksum)) {
            Ok(plain)
        } else {
            Err(KerberosError::Integrity)
        }
    }
}
