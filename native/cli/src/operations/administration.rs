//! `licensing issuer add`, `option explain`, `option set`, `certificate-set` and `doctor`: what they take from files of this
//! machine, and how the exit code tells monitoring what was found.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use licensing_api::OperationInfo;
use licensing_api::health::{HealthCheck, HealthOutcome};
use licensing_api::operation::Rows;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};
use crate::{connection, local_file};

/// Largest file of an issuer, a certificate or a key.
const MAX_SMALL_BYTES: usize = 4 * 1024 * 1024;
/// Largest options file.
const MAX_OPTIONS_BYTES: usize = 1024 * 1024;

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

/// Adds the file with the public key.
pub(super) fn issuer_arguments(command: Command) -> Command {
    let help = "File with the public key of the issuer on this machine, - for standard input";
    command.arg(file("file", help).required(true))
}

/// Adds the vendor and the options file.
pub(super) fn option_arguments(command: Command, with_force: bool) -> Command {
    let vendor = Arg::new("vendor")
        .value_name("VENDOR")
        .required(true)
        .help("Vendor whose daemon the file is for");
    let help = "Options file on this machine, - for standard input";
    let command = command.args([vendor, file("file", help).required(true)]);
    match with_force {
        true => command.arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Take lines that cannot be read, too"),
        ),
        false => command,
    }
}

/// Adds certificate and key, and when they are used.
pub(super) fn certificate_arguments(command: Command) -> Command {
    command.args([
        file(
            "certificate",
            "PEM file with the certificate chain, or a PFX file",
        ),
        file("key", "PEM file with the key; not needed for a PFX file").long("key-file"),
        file(
            "password",
            "File whose first line is the password of the PFX file, - for standard input",
        )
        .long("new-password-file"),
        Arg::new("next")
            .long("next")
            .action(ArgAction::SetTrue)
            .help("Only announce the certificate"),
        Arg::new("use-next")
            .long("use-next")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["certificate", "key", "password", "next"])
            .help("Use the certificate that was announced"),
    ])
}

/// Trusts an issuer.
pub(super) async fn add_issuer(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = json!({ "content": text(matches, "file", MAX_SMALL_BYTES)? });
    call(operation, matches, request).await
}

/// Explains or replaces an options file.
pub(super) async fn options(
    operation: &OperationInfo,
    matches: &ArgMatches,
    with_force: bool,
) -> Result<Exit, Failure> {
    let mut request = json!({
        "vendor": matches.get_one::<String>("vendor"),
        "content": text(matches, "file", MAX_OPTIONS_BYTES)?,
    });
    if with_force {
        request["force"] = matches.get_flag("force").into();
    }
    call(operation, matches, request).await
}

/// Replaces the certificate, or announces the next one.
pub(super) async fn set_certificate(
    operation: &OperationInfo,
    matches: &ArgMatches,
) -> Result<Exit, Failure> {
    if matches.get_flag("use-next") {
        return call(operation, matches, json!({ "useNext": true })).await;
    }
    let mut request = json!({ "next": matches.get_flag("next") });
    match matches.get_one::<PathBuf>("key") {
        Some(key) => {
            request["certificate"] = text(matches, "certificate", MAX_SMALL_BYTES)?.into();
            request["key"] = local_file::text(key, MAX_SMALL_BYTES)?.into();
        }
        None => {
            let path = path(matches, "certificate")?;
            let bytes = Zeroizing::new(local_file::bytes(path, MAX_SMALL_BYTES)?);
            request["pfx"] = STANDARD.encode(&*bytes).into();
            if let Some(password) = matches.get_one::<PathBuf>("password") {
                request["password"] = local_file::secret(password)?.expose().into();
            }
        }
    }
    call(operation, matches, request).await
}

/// Runs the checks; the exit code is that of the worst.
pub(super) async fn doctor(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = crate::arguments::request(operation, matches)?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    let rows =
        Rows::<HealthCheck>::deserialize(&answer).map_err(|error| Failure::internal(error.to_string()))?;
    super::show(operation, matches, &answer)?;
    let worst = rows.items.iter().map(|check| check.outcome).max();
    Ok(match worst {
        Some(HealthOutcome::Failed) => Exit::CheckFailed,
        Some(HealthOutcome::Warning) => Exit::CheckWarned,
        Some(HealthOutcome::Passed) | None => Exit::Success,
    })
}

async fn call(operation: &OperationInfo, matches: &ArgMatches, request: Value) -> Result<Exit, Failure> {
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    super::show(operation, matches, &answer)
}

fn path<'a>(matches: &'a ArgMatches, name: &str) -> Result<&'a Path, Failure> {
    matches
        .get_one::<PathBuf>(name)
        .map(PathBuf::as_path)
        .ok_or_else(|| {
            Failure::usage(
                "No file is named.",
                "FILE",
                "Give the path of a file, or --use-next.",
            )
        })
}

fn text(matches: &ArgMatches, name: &str, most: usize) -> Result<String, Failure> {
    Ok(local_file::text(path(matches, name)?, most)?)
}
