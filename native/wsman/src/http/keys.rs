//! The keys of a connection that is signed in.

use super::sealed::Damaged;
use crate::{kerberos, ntlm};

/// What seals the messages of a connection.
#[derive(Debug)]
pub(super) enum Keys {
    Ntlm(Box<ntlm::Session>),
    Kerberos(kerberos::Session),
}

impl Keys {
    /// Encrypts an answer. Gives what goes before it and the encrypted bytes.
    pub(super) fn seal(&mut self, message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Damaged> {
        match self {
            Self::Ntlm(session) => session
                .seal(message)
                .map(|(signature, data)| (signature.to_vec(), data))
                .map_err(|_| Damaged),
            Self::Kerberos(session) => session.seal(message).map_err(|_| Damaged),
        }
    }

    /// Opens a request.
    pub(super) fn unseal(&mut self, signature: &[u8], data: &[u8]) -> Result<Vec<u8>, Damaged> {
        match self {
            Self::Ntlm(session) => session.unseal(signature, data).map_err(|_| Damaged),
            Self::Kerberos(session) => session.unseal(signature, data).map_err(|_| Damaged),
        }
    }
}
