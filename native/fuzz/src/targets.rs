//! The readers, each with what always holds of its answer.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::date;
use licensing_license_file::license_file::{self, HostIdentity};
use licensing_license_file::options_file;
use licensing_license_file::signing::TrustStore;
use licensing_protocol::{control, licensing};
use licensing_seats::policy::Policy;
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};
use licensing_server::backup;
use licensing_ticket::TicketVerifier;
use prost::Message;

use crate::wsman;

/// A reader of foreign bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Reads the bytes; panics when something that always holds does not.
    pub read: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 11] = [
    Target {
        name: "license_file",
        read: read_license_file,
        seeds: license_files,
    },
    Target {
        name: "options_file",
        read: read_options_file,
        seeds: options_files,
    },
    Target {
        name: "messages",
        read: read_messages,
        seeds: messages,
    },
    Target {
        name: "ticket",
        read: read_ticket,
        seeds: tickets,
    },
    Target {
        name: "archive",
        read: read_archive,
        seeds: archives,
    },
    Target {
        name: "wsman_envelope",
        read: wsman::read_envelope,
        seeds: wsman::envelopes,
    },
    Target {
        name: "wql",
        read: wsman::read_wql,
        seeds: wsman::queries,
    },
    Target {
        name: "ntlm",
        read: wsman::read_ntlm,
        seeds: wsman::ntlm_messages,
    },
    Target {
        name: "spnego",
        read: wsman::read_spnego,
        seeds: wsman::spnego_tokens,
    },
    Target {
        name: "kerberos",
        read: wsman::read_kerberos,
        seeds: wsman::kerberos_tokens,
    },
    Target {
        name: "sealed_body",
        read: wsman::read_sealed_body,
        seeds: wsman::sealed_bodies,
    },
];

/// The target of a name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

/// A license file is kept byte for byte (its lines too, unless they are made of UTF-16), and gives pools or findings.
fn read_license_file(bytes: &[u8]) {
    let file = license_file::parse(bytes);
    assert_eq!(file.source(), bytes, "a byte was lost");
    if !file
        .findings
        .iter()
        .any(|finding| finding.text.contains("UTF-16"))
    {
        assert_eq!(file.to_bytes(), bytes, "a line lost a byte");
    }
    let signatures = TrustStore::new().verify(&file);
    assert_eq!(signatures.len(), file.lines.len());
    let installed = InstalledFile {
        name: "fuzz.lic",
        file: &file,
        signatures: &signatures,
    };
    let context = PoolContext {
        vendor: "ACME",
        host: &HostIdentity::default(),
        today: date(2026, 11, 30),
        accept_unverified: true,
        vendor_string_pools: true,
    };
    PoolSet::build(&[installed], &context);
}

/// An options file gives a policy and findings that name lines of it.
fn read_options_file(bytes: &[u8]) {
    let file = options_file::parse(bytes);
    let (_, findings) = Policy::compile(&file);
    let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    for finding in findings {
        assert!(finding.line as usize <= lines, "{finding:?}");
    }
}

/// A message that is read is written so that it is read again as the same.
fn read_messages(bytes: &[u8]) {
    fn round<M: Message + Default + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
        if let Ok(message) = M::decode(bytes) {
            let written = message.encode_to_vec();
            let again = M::decode(written.as_slice()).map(|again| again.encode_to_vec());
            assert_eq!(again.as_deref(), Ok(written.as_slice()));
        }
    }
    round::<licensing::DiscoverRequest>(bytes);
    round::<licensing::CheckoutRequest>(bytes);
    round::<licensing::CheckinRequest>(bytes);
    round::<licensing::HeartbeatRequest>(bytes);
    round::<licensing::StatusRequest>(bytes);
    round::<licensing::SessionRequest>(bytes);
    round::<licensing::CheckoutReply>(bytes);
    round::<licensing::SessionReply>(bytes);
    round::<control::ExecuteRequest>(bytes);
    round::<control::ExecuteReply>(bytes);
}

/// The public key and the ticket that version 0.1 wrote.
const TICKET_KEY: &str = "../../tests/data/versions/0.1/tickets";

/// Only the ticket itself is accepted, however it is changed.
fn read_ticket(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some((genuine, key)) = genuine_ticket() else {
        return;
    };
    let mut verifier = TicketVerifier::default();
    verifier.trust(&key);
    let now: Timestamp = Timestamp::from_second(1_796_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let accepted = verifier.verify(&text, now).is_ok();
    assert!(
        !accepted || text.trim() == genuine,
        "a changed ticket is accepted"
    );
}

fn genuine_ticket() -> Option<(String, [u8; 32])> {
    let folder = std::fs::read_dir(here(TICKET_KEY)).ok()?.next()?.ok()?.path();
    let field = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("\"{name}\": \""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let mut found = (None, None);
    for entry in std::fs::read_dir(folder).ok()? {
        let text = std::fs::read_to_string(entry.ok()?.path()).ok()?;
        found.0 = found.0.or_else(|| field(&text, "ticket"));
        found.1 = found.1.or_else(|| field(&text, "ticketKey"));
    }
    let key = hex::decode(found.1?).ok()?.try_into().ok()?;
    Some((found.0?, key))
}

/// An archive is refused or is whole; nothing of it appears outside of its folder.
fn read_archive(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let archive = folder.path().join("backup.tar");
    if std::fs::write(&archive, bytes).is_ok() {
        let _ = backup::verify(&archive, None);
        let names: Vec<_> = std::fs::read_dir(folder.path())
            .map(|entries| {
                entries
                    .filter_map(|entry| Some(entry.ok()?.file_name()))
                    .collect()
            })
            .unwrap_or_default();
        assert_eq!(names, ["backup.tar"], "something was written beside the archive");
    }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn license_files() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        b"SERVER this_host ANY 27000\nVENDOR ACME PORT=7280\nUSE_SERVER\n\
          INCREMENT cad ACME 2026.0401 31-dec-2099 3 BORROW=48 VENDOR_STRING=\"LT=Retail;OD=10\" \\\n\
          \tDUP_GROUP=UHD ISSUED=30-nov-2026 SIGN=\"0123 4567\"\n"
            .to_vec(),
        b"PACKAGE suite ACME 1.0 COMPONENTS=\"a:1.0 b:2.0:3\" OPTIONS=SUITE\nFEATURE suite ACME 1.0 permanent 5 SUPERSEDE=\"x y\"\n\
          UPGRADE cad ACME 1.0 2.0 permanent 2\n"
            .to_vec(),
    ];
    if let Ok(entries) = std::fs::read_dir(here("../../tests/data/versions/0.1/data/licenses")) {
        seeds.extend(entries.filter_map(|entry| std::fs::read(entry.ok()?.path()).ok()));
    }
    seeds
}

fn options_files() -> Vec<Vec<u8>> {
    vec![
        b"GROUP designers anna bert\nHOST_GROUP lab ws-* 10.0.0.0/8\nRESERVE 1 cad:VERSION=2.0 GROUP designers\n\
          MAX 2 cad USER anna\nEXCLUDE cad HOST_GROUP lab\nINCLUDEALL INTERNET 192.168.*.*\nTIMEOUTALL 900\n\
          BORROW_LOWWATER cad 1\nMAX_BORROW_HOURS cad 24\nLINGER cad 300\nDEBUGLOG +\"log file.log\"\n"
            .to_vec(),
        b"\xff\xfeM\0A\0X\0 \x001\0 \0x\0 \0U\0S\0E\0R\0 \0a\0\n\0".to_vec(),
    ]
}

fn messages() -> Vec<Vec<u8>> {
    let checkout = licensing::CheckoutRequest {
        feature: "cad".to_owned(),
        request_key: vec![7; 16],
        ..licensing::CheckoutRequest::default()
    };
    let heartbeat = licensing::HeartbeatRequest {
        lease_ids: vec![vec![1; 16], vec![2; 16]],
        renew_tickets: vec![0, 1],
    };
    vec![checkout.encode_to_vec(), heartbeat.encode_to_vec()]
}

fn tickets() -> Vec<Vec<u8>> {
    genuine_ticket()
        .map(|(ticket, _)| ticket.into_bytes())
        .into_iter()
        .collect()
}

fn archives() -> Vec<Vec<u8>> {
    std::fs::read(here("../../tests/data/versions/0.1/backup.tar"))
        .into_iter()
        .collect()
}
