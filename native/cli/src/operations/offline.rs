//! Explains a license file by itself, with no server at hand.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::Zoned;
use licensing_api::finding::Finding;
use licensing_api::license_file::{ExplainedLine, PoolEffect};
use licensing_license_file::license_file::{HostIdentity, parse};
use licensing_license_file::signing::{MAX_TRUST_FILE_BYTES, TrustStore, TrustedIssuer};
use licensing_seats::explain::{ExplainContext, explain};
use licensing_seats::pool::InstalledFile;

use super::license_file::LicenseFile;
use crate::exit::Failure;
use crate::{connection, local_file};

const OFFLINE: &str = "offline";
const TRUST: &str = "trust";
const HOST_NAME: &str = "host-name";

/// What can be said without a server.
pub(super) struct Offline {
    /// Each meaningful line in words.
    pub(super) lines: Vec<ExplainedLine>,
    /// What is odd.
    pub(super) findings: Vec<Finding>,
    /// What the pools of a server with no other file would be.
    pub(super) effects: Vec<PoolEffect>,
}

/// Adds what a server would know.
pub(super) fn arguments(command: Command) -> Command {
    command.args([
        Arg::new(OFFLINE)
            .long(OFFLINE)
            .action(ArgAction::SetTrue)
            .help("Do not ask a server, even if the environment names one"),
        Arg::new(TRUST)
            .long(TRUST)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .action(ArgAction::Append)
            .help("Without a server: .pub file of an issuer to trust, or a folder of them; may be repeated"),
        Arg::new(HOST_NAME)
            .long(HOST_NAME)
            .value_name("NAME")
            .help("Without a server: host to explain the file for; this one unless given"),
    ])
}

/// Whether no server is to be asked.
///
/// # Errors
/// When a server is named, and also something that the server knows better.
pub(super) fn is_wanted(matches: &ArgMatches) -> Result<bool, Failure> {
    if matches.get_flag(OFFLINE) || !connection::is_given(matches) {
        return Ok(true);
    }
    for option in [TRUST, HOST_NAME] {
        if matches.contains_id(option) {
            return Err(Failure::usage(
                "A server is asked, and it knows by itself whom it trusts and what host it is.",
                format!("--{option}"),
                "Leave it out, or add --offline.",
            ));
        }
    }
    Ok(false)
}

/// Explains the file.
///
/// # Errors
/// When a trust file cannot be used.
pub(super) fn explain_file(file: &LicenseFile, matches: &ArgMatches) -> Result<Offline, Failure> {
    let trust = trust(matches)?;
    let own_name = || gethostname::gethostname().to_string_lossy().into_owned();
    let host = HostIdentity::named(
        &matches
            .get_one::<String>(HOST_NAME)
            .cloned()
            .unwrap_or_else(own_name),
    );
    let parsed = parse(&file.bytes);
    let signatures: Vec<_> = trust
        .examine(&parsed)
        .into_iter()
        .map(|report| report.map(|report| report.state))
        .collect();
    let installed = InstalledFile {
        name: &file.name,
        file: &parsed,
        signatures: &signatures,
    };
    let context = ExplainContext {
        today: Zoned::now().date(),
        host: &host,
        trust: &trust,
        installed: &[],
        accepts_unverified: &|_| false,
        // As servers do unless they are told otherwise.
        vendor_string_pools: &|vendor| vendor.eq_ignore_ascii_case("CITRIX"),
    };
    let explanation = explain(&installed, &context);
    let mut findings = parsed.findings.clone();
    findings.extend(explanation.findings);
    Ok(Offline {
        lines: explanation.lines,
        findings,
        effects: explanation.effects,
    })
}

fn trust(matches: &ArgMatches) -> Result<TrustStore, Failure> {
    let mut store = TrustStore::new();
    for path in matches.get_many::<PathBuf>(TRUST).into_iter().flatten() {
        for file in trust_files(path)? {
            let text = local_file::text(&file, MAX_TRUST_FILE_BYTES)?;
            let issuer = TrustedIssuer::from_text(&text).map_err(|error| {
                Failure::usage(
                    format!("{error}."),
                    file.display().to_string(),
                    "Name a .pub file that licensing authority init made.",
                )
            })?;
            store.add(issuer);
        }
    }
    Ok(store)
}

/// The path itself, or the `.pub` files of the folder that it is.
fn trust_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| local_file::unreadable(path, &error))? {
        let file = entry
            .map_err(|error| local_file::unreadable(path, &error))?
            .path();
        if file.extension() == Some(OsStr::new("pub")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
