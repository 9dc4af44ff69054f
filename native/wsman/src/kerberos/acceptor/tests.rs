#![allow(clippy::unwrap_used)]
use std::time::Duration;

use proptest::prelude::*;

use super::super::cipher::Key;
use super::super::message::{Checksum, PrincipalName, Text, TicketBody};
use super::*;

const REALM: &str = "EXAMPLE.COM";
const SERVICE: &str = "HTTP/licsrv01";
const SERVICE_KEY: [u8; 32] = [3; 32];
const TICKET_KEY: [u8; 32] = [4; 32];
const OWN_KEY: [u8; 16] = [5; 16];
const NOW: i64 = 1_900_000_000;

/// What a client sends; each test spoils one part.
struct Client {
    service_key: [u8; 32],
    start: i64,
    end: i64,
    clock: i64,
    name_in_authenticator: &'static str,
    flags: u32,
    checksum: i32,
    bindings: [u8; 16],
    ticket_flags: [u8; 4],
}

impl Default for Client {
    fn default() -> Self {
        Self {
            service_key: SERVICE_KEY,
            start: NOW - 60,
            end: NOW + 600,
            clock: NOW,
            name_in_authenticator: "ann",
            flags: FLAG_MUTUAL | 0x30,
            checksum: CHECKSUM_OF_GSS,
            bindings: [0; 16],
            ticket_flags: [0; 4],
        }
    }
}

fn at(seconds: i64) -> GeneralizedTime {
    GeneralizedTime::from_unix_duration(Duration::from_secs(u64::try_from(seconds).unwrap())).unwrap()
}

fn name(parts: &str) -> PrincipalName {
    PrincipalName {
        kind: 1,
        parts: parts.split('/').map(|part| Text(part.to_owned())).collect(),
    }
}

fn sealed(kind: i32, key: &[u8], usage: i32, plain: &[u8]) -> EncryptedData {
    let cipher = Key::new(kind, key).unwrap().encrypt(usage, plain).unwrap();
    EncryptedData {
        encryption: kind,
        version: Some(2),
        cipher: OctetString::new(cipher).unwrap(),
    }
}

impl Client {
    fn token(&self) -> Vec<u8> {
        let content: TicketContent = Tagged(TicketContentBody {
            flags: BitString::from_bytes(&self.ticket_flags).unwrap(),
            key: EncryptionKey {
                kind: 18,
                value: OctetString::new(TICKET_KEY).unwrap(),
            },
            realm: Text(REALM.to_owned()),
            client: name("ann"),
            transited: Any::new(Tag::Sequence, []).unwrap(),
            authenticated: at(self.start),
            start: None,
            end: at(self.end),
            renewable: None,
            addresses: None,
            authorization: None,
        });
        let checksum = [
            16u32.to_le_bytes().as_slice(),
            &self.bindings,
            &self.flags.to_le_bytes(),
        ]
        .concat();
        let authenticator: Authenticator = Tagged(AuthenticatorBody {
            version: 5,
            realm: Text(REALM.to_owned()),
            client: name(self.name_in_authenticator),
            checksum: Some(Checksum {
                kind: self.checksum,
                value: OctetString::new(checksum).unwrap(),
            }),
            microseconds: 7,
            time: at(self.clock),
            key: Some(EncryptionKey {
                kind: 17,
                value: OctetString::new(OWN_KEY).unwrap(),
            }),
            sequence: Some(41),
            authorization: None,
        });
        let request: Request = Tagged(RequestBody {
            version: 5,
            kind: 14,
            options: BitString::from_bytes(&[0; 4]).unwrap(),
            ticket: Tagged(TicketBody {
                version: 5,
                realm: Text(REALM.to_owned()),
                service: name(SERVICE),
                encrypted: sealed(18, &self.service_key, USE_TICKET, &content.to_der().unwrap()),
            }),
            authenticator: sealed(
                18,
                &TICKET_KEY,
                USE_AUTHENTICATOR,
                &authenticator.to_der().unwrap(),
            ),
        });
        let framed = [
            KERBEROS.to_der().unwrap(),
            REQUEST_TOKEN.to_vec(),
            request.to_der().unwrap(),
        ]
        .concat();
        Any::new(OUTER, framed).unwrap().to_der().unwrap()
    }
}

fn acceptor() -> Acceptor {
    Acceptor::new(Keytab::of(REALM, SERVICE, 2, Key::new(18, &SERVICE_KEY).unwrap()))
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

#[test]
fn a_ticket_names_its_client_and_works_once() {
    let (acceptor, token) = (acceptor(), Client::default().token());
    assert!(Acceptor::is_token(&token));
    let accepted = acceptor.accept(&token, now()).unwrap();
    assert_eq!((accepted.name.as_str(), accepted.realm.as_str()), ("ann", REALM));
    assert_eq!(accepted.until.as_second(), NOW + 600);
    assert_eq!(
        acceptor.accept(&token, now()).unwrap_err(),
        KerberosError::Replayed
    );
    // The client finds the key of the session in the reply.
    let reply = AnyRef::from_der(accepted.reply.as_ref().unwrap()).unwrap();
    let start = KERBEROS.to_der().unwrap().len() + REPLY_TOKEN.len();
    let Tagged(reply) = Reply::from_der(&reply.value()[start..]).unwrap();
    let plain = Key::new(18, &TICKET_KEY)
        .unwrap()
        .decrypt(USE_REPLY, reply.encrypted.cipher.as_bytes())
        .unwrap();
    let Tagged(content) = ReplyContent::from_der(&plain).unwrap();
    assert_eq!((content.microseconds, content.time), (7, at(NOW)));
    assert_ne!(content.key.unwrap().value.as_bytes(), OWN_KEY);
    let silent = Client {
        flags: 0,
        clock: NOW + 1,
        ..Client::default()
    };
    assert!(acceptor.accept(&silent.token(), now()).unwrap().reply.is_none());
}

#[test]
fn whatever_does_not_fit_is_refused() {
    let usual = Client::default;
    let bad = |client: Client| acceptor().accept(&client.token(), now()).unwrap_err();
    let cases = [
        (
            Client {
                service_key: [9; 32],
                ..usual()
            },
            KerberosError::Integrity,
        ),
        (
            Client {
                end: NOW - 301,
                ..usual()
            },
            KerberosError::Expired,
        ),
        (
            Client {
                start: NOW + 301,
                ..usual()
            },
            KerberosError::Expired,
        ),
        (
            Client {
                ticket_flags: [1, 0, 0, 0],
                ..usual()
            },
            KerberosError::Expired,
        ),
        (
            Client {
                clock: NOW - 301,
                ..usual()
            },
            KerberosError::ClockSkew,
        ),
        (
            Client {
                name_in_authenticator: "admin",
                ..usual()
            },
            KerberosError::Damaged,
        ),
        (
            Client {
                flags: FLAG_DCE,
                ..usual()
            },
            KerberosError::NotSupported,
        ),
        (
            Client {
                checksum: 16,
                ..usual()
            },
            KerberosError::NotSupported,
        ),
    ];
    for (client, expected) in cases {
        assert_eq!(bad(client), expected);
    }
}

#[test]
fn a_ticket_for_another_connection_is_found_out() {
    let bound = Client {
        bindings: channel_bindings(b"tls-server-end-point:abc"),
        ..Client::default()
    };
    let accepted = acceptor().accept(&bound.token(), now()).unwrap();
    assert!(accepted.is_for(Some(b"tls-server-end-point:abc")));
    assert!(!accepted.is_for(Some(b"tls-server-end-point:other")) && !accepted.is_for(None));
    let free = acceptor().accept(&Client::default().token(), now()).unwrap();
    assert!(free.is_for(None) && free.is_for(Some(b"tls-server-end-point:abc")));
}

#[test]
fn sign_ins_are_forgotten_when_they_could_not_be_used_again() {
    let acceptor = acceptor();
    let later = |seconds| Client {
        clock: NOW + seconds,
        end: NOW + 10_000,
        ..Client::default()
    };
    let first = later(0).token();
    acceptor.accept(&first, now()).unwrap();
    let after = Timestamp::from_second(NOW + 601).unwrap();
    acceptor.accept(&later(601).token(), after).unwrap();
    assert_eq!(acceptor.used.lock().unwrap().marks.len(), 1);
    assert_eq!(
        acceptor.accept(&first, after).unwrap_err(),
        KerberosError::ClockSkew
    );
}

proptest! {
    #[test]
    fn no_changed_token_is_accepted(place in any::<proptest::sample::Index>(), bit in 0u8..8, cut: bool) {
        let mut token = Client::default().token();
        let place = place.index(token.len());
        if cut {
            token.truncate(place);
        } else {
            token[place] ^= 1 << bit;
        }
        // Types of names and versions of keys are outside of the encryption, and mean nothing.
        if let Ok(accepted) = acceptor().accept(&token, now()) {
            prop_assert_eq!((accepted.name.as_str(), accepted.realm.as_str()), ("ann", REALM));
            prop_assert!(!cut);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(acceptor().accept(&bytes, now()).is_err());
    }
}
