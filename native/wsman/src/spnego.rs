//! SPNEGO (RFC 4178): which mechanism a client and a server use, around the tokens of that mechanism.

use der::asn1::{AnyRef, BitString, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Enumerated, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged};

/// SPNEGO itself.
const SPNEGO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.2");
/// NTLM.
pub const NTLM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.2.10");
/// Kerberos.
pub const KERBEROS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113554.1.2.2");
/// Kerberos, as an old version of Windows wrote it.
pub const KERBEROS_OLD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.48018.1.2.2");

const OUTER: Tag = Tag::Application {
    constructed: true,
    number: TagNumber(0),
};

/// Largest token that is read.
pub const MAX_TOKEN: usize = 64 * 1024;

/// Most mechanisms in a list.
const MAX_MECHANISMS: usize = 16;

/// The token is not what SPNEGO says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid SPNEGO")]
pub struct SpnegoError;

impl From<der::Error> for SpnegoError {
    fn from(_: der::Error) -> Self {
        Self
    }
}

/// How far the negotiation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u8)]
pub enum State {
    /// Done.
    Completed = 0,
    /// Going on.
    Incomplete = 1,
    /// Refused.
    Reject = 2,
    /// Going on, and the lists of mechanisms have to be signed.
    RequestMic = 3,
}

/// First token of a client.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct InitToken {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    mechanisms: Vec<ObjectIdentifier>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    flags: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    token: Option<OctetString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    signature: Option<OctetString>,
}

/// Any later token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Sequence)]
struct ResponseToken {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    state: Option<State>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mechanism: Option<ObjectIdentifier>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    token: Option<OctetString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    signature: Option<OctetString>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// First token of a client: its mechanisms in the order in which it likes them, and the token of the first.
    Init {
        /// The mechanisms.
        mechanisms: Vec<ObjectIdentifier>,
        /// Token of the first one.
        token: Option<Vec<u8>>,
    },
    /// Any later token.
    Response {
        /// How far the negotiation is.
        state: Option<State>,
        /// The mechanism that was chosen.
        mechanism: Option<ObjectIdentifier>,
        /// Token of the mechanism.
        token: Option<Vec<u8>>,
        /// Signature of the list of mechanisms.
        signature: Option<Vec<u8>>,
    },
}

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// [`SpnegoError`].
    pub fn read(bytes: &[u8]) -> Result<Self, SpnegoError> {
        if bytes.len() > MAX_TOKEN {
            return Err(SpnegoError);
        }
        let outer = AnyRef::from_der(bytes)?;
        let inner = if outer.tag() == OUTER {
            let mut reader = SliceReader::new(outer.value())?;
            if ObjectIdentifier::decode(&mut reader)? != SPNEGO {
                return Err(SpnegoError);
            }
            AnyRef::from_der(reader.read_slice(reader.remaining_len())?)?
        } else {
            outer
        };
        match inner.tag() {
            tag if tag == choice(0) => {
                let token = InitToken::from_der(inner.value())?;
                if token.mechanisms.len() > MAX_MECHANISMS {
                    return Err(SpnegoError);
                }
                Ok(Self::Init {
                    mechanisms: token.mechanisms,
                    token: token.token.map(bytes_of),
                })
            }
            tag if tag == choice(1) => {
                let token = ResponseToken::from_der(inner.value())?;
                Ok(Self::Response {
                    state: token.state,
                    mechanism: token.mechanism,
                    token: token.token.map(bytes_of),
                    signature: token.signature.map(bytes_of),
                })
            }
            _ => Err(SpnegoError),
        }
    }

    /// Writes a token.
    ///
    /// # Errors
    /// [`SpnegoError`] when it is too long.
    pub fn write(self) -> Result<Vec<u8>, SpnegoError> {
        match self {
            Self::Init { mechanisms, token } => {
                let token = InitToken {
                    mechanisms,
                    flags: None,
                    token: token.map(octets).transpose()?,
                    signature: None,
                };
                let inner = AnyRef::new(choice(0), &token.to_der()?)?.to_der()?;
                let content = [SPNEGO.to_der()?, inner].concat();
                Ok(AnyRef::new(OUTER, &content)?.to_der()?)
            }
            Self::Response {
                state,
                mechanism,
                token,
                signature,
            } => {
                let token = ResponseToken {
                    state,
                    mechanism,
                    token: token.map(octets).transpose()?,
                    signature: signature.map(octets).transpose()?,
                };
                Ok(AnyRef::new(choice(1), &token.to_der()?)?.to_der()?)
            }
        }
    }
}

/// What the signatures over the list of mechanisms cover.
///
/// # Errors
/// [`SpnegoError`] when the list is too long.
pub fn signed_list(mechanisms: &[ObjectIdentifier]) -> Result<Vec<u8>, SpnegoError> {
    Ok(mechanisms.to_vec().to_der()?)
}

fn choice(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

fn bytes_of(octets: OctetString) -> Vec<u8> {
    octets.into_bytes().into_vec()
}

fn octets(bytes: Vec<u8>) -> Result<OctetString, SpnegoError> {
    Ok(OctetString::new(bytes)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            first in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200)),
            second in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
        ) {
            let init = Token::Init { mechanisms: vec![KERBEROS, NTLM], token: first.clone() };
            prop_assert_eq!(Token::read(&init.clone().write().unwrap()).unwrap(), init);
            let response = Token::Response {
                state: Some(State::Incomplete),
                mechanism: Some(NTLM),
                token: first,
                signature: second,
            };
            prop_assert_eq!(Token::read(&response.clone().write().unwrap()).unwrap(), response);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), cut in 0usize..60) {
            let _ = Token::read(&bytes);
            let token = Token::Init { mechanisms: vec![NTLM], token: Some(bytes) };
            let written = token.write().unwrap();
            let _ = Token::read(&written[..cut.min(written.len())]);
        }
    }
}
