//! The connection to the web services: where, whose certificate, who asks, how long.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use licensing_api::Secret;
use licensing_client::{
    Address, AdminClient, CertHash, ConnectOptions, Credentials, DEFAULT_LICENSE_PORT, Trust,
};

use crate::exit::Failure;
use crate::local_file;

const SERVER: &str = "server";
const MANAGER: &str = "manager";
const CERT_HASH: &str = "cert-hash";
const CA_FILE: &str = "ca-file";
const TOKEN_FILE: &str = "token-file";
const ACCOUNT: &str = "account";
const PASSWORD_FILE: &str = "password-file";
const PASSWORD_STDIN: &str = "password-stdin";
pub(crate) const TIMEOUT: &str = "timeout";
const OPTIONS: [&str; 8] = [
    SERVER,
    CERT_HASH,
    CA_FILE,
    TOKEN_FILE,
    ACCOUNT,
    PASSWORD_FILE,
    PASSWORD_STDIN,
    TIMEOUT,
];
/// Holds the token itself, so it is read here and never by the parser, which shows values in its messages.
const TOKEN_VARIABLE: &str = "LICENSING_TOKEN";

/// Whether the connection has an option of this name.
pub(crate) fn has_option(name: &str) -> bool {
    OPTIONS.contains(&name)
}

/// Adds what every command that speaks to the web services takes.
pub(crate) fn add(command: Command) -> Command {
    let server = option(
        SERVER,
        "ADDRESS",
        "LICENSING_SERVER",
        "Web services: https://host:8083, host:port or host",
    );
    let command = command.next_help_heading("Connection").arg(server);
    add_shared(command, "Longest time for the operation").args([
        option(
            ACCOUNT,
            "NAME",
            "LICENSING_ACCOUNT",
            "Account to sign in as, with --password-file or --password-stdin",
        ),
        option(
            PASSWORD_FILE,
            "FILE",
            "LICENSING_PASSWORD_FILE",
            "Password in the first line of this file",
        )
        .value_parser(value_parser!(OsString))
        .conflicts_with(PASSWORD_STDIN),
        Arg::new(PASSWORD_STDIN)
            .long(PASSWORD_STDIN)
            .action(ArgAction::SetTrue)
            .help("Password in the first line of standard input"),
    ])
}

/// Adds what every command that speaks to the licensing ports takes.
pub(crate) fn add_manager(command: Command) -> Command {
    let manager = option(
        MANAGER,
        "ADDRESS",
        "LICENSING_MANAGER",
        "License manager: host or host:port, port 27000 unless given",
    )
    .default_value("localhost");
    let command = command.next_help_heading("Connection").arg(manager);
    add_shared(command, "Longest time to wait for an answer")
}

fn add_shared(command: Command, timeout: &'static str) -> Command {
    command.args([
        option(CERT_HASH, "HASH", "LICENSING_CERT_HASH", "Trust the one certificate with this SHA-256 hash"),
        option(CA_FILE, "FILE", "LICENSING_CA_FILE", "Trust certificates signed by an authority in this PEM file")
            .value_parser(value_parser!(OsString)),
        option(
            TOKEN_FILE,
            "FILE",
            "LICENSING_TOKEN_FILE",
            "Bearer token in the first line of this file, - for standard input; or set LICENSING_TOKEN to the token itself",
        )
        .value_parser(value_parser!(OsString)),
        option(TIMEOUT, "SECONDS", "LICENSING_TIMEOUT", timeout)
            .value_parser(value_parser!(u64).range(1..=86_400))
            .default_value("100"),
    ])
}

/// Where the license manager is.
///
/// # Errors
/// When it is no address.
pub(crate) fn manager(matches: &ArgMatches) -> Result<Address, Failure> {
    Ok(Address::parse(
        text(matches, MANAGER).unwrap_or("localhost"),
        DEFAULT_LICENSE_PORT,
    )?)
}

/// Prepares the client from the arguments and the environment.
///
/// # Errors
/// When no server or half a credential is given, or a file cannot be read.
pub(crate) fn client(matches: &ArgMatches) -> Result<AdminClient, Failure> {
    client_at(address(matches)?, matches)
}

/// The same for web services at another address than the arguments name.
///
/// # Errors
/// When half a credential is given, or a file cannot be read.
pub(crate) fn client_at(address: Address, matches: &ArgMatches) -> Result<AdminClient, Failure> {
    Ok(AdminClient::connect(options_at(address, matches)?)?)
}

/// How to reach the web services at this address, from the arguments and the environment.
///
/// # Errors
/// As for [`client_at`].
pub(crate) fn options_at(address: Address, matches: &ArgMatches) -> Result<ConnectOptions, Failure> {
    let mut options = ConnectOptions::new(address);
    options.trust = trust(matches)?;
    options.credentials = credentials(matches)?;
    options.timeout = timeout(matches);
    options.connect_timeout = options.connect_timeout.min(options.timeout);
    Ok(options)
}

/// Whether a password or token is to be read from standard input.
pub(crate) fn takes_standard_input(matches: &ArgMatches) -> bool {
    matches.get_flag(PASSWORD_STDIN)
        || [PASSWORD_FILE, TOKEN_FILE]
            .iter()
            .any(|name| path(matches, name) == Some(Path::new("-")))
}

/// Where the web services are.
///
/// # Errors
/// When no address is given, or it is not one.
pub(crate) fn address(matches: &ArgMatches) -> Result<Address, Failure> {
    let Some(text) = text(matches, SERVER) else {
        return Err(Failure::usage(
            "No license server is named.",
            "--server",
            "Give --server https://host:8083, or set LICENSING_SERVER.",
        ));
    };
    Ok(text.parse()?)
}

/// Whether a server is named at all.
pub(crate) fn is_given(matches: &ArgMatches) -> bool {
    text(matches, SERVER).is_some()
}

/// Whether a certificate is to be trusted that was named beforehand.
pub(crate) fn names_certificate(matches: &ArgMatches) -> bool {
    text(matches, CERT_HASH).is_some() || path(matches, CA_FILE).is_some()
}

/// Whose certificate is trusted where none need be named.
///
/// # Errors
/// As for [`trust`].
pub(crate) fn named_trust(matches: &ArgMatches) -> Result<Option<Trust>, Failure> {
    if names_certificate(matches) {
        trust(matches).map(Some)
    } else {
        Ok(None)
    }
}

/// Longest time for one operation.
pub(crate) fn timeout(matches: &ArgMatches) -> Duration {
    Duration::from_secs(matches.get_one::<u64>(TIMEOUT).copied().unwrap_or(100))
}

fn option(name: &'static str, value: &'static str, variable: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .env(variable)
        .help(help)
}

/// Whose certificate is trusted.
///
/// # Errors
/// When the hash is none, or both a hash and a file are given.
pub(crate) fn trust(matches: &ArgMatches) -> Result<Trust, Failure> {
    match (text(matches, CERT_HASH), path(matches, CA_FILE)) {
        (Some(hash), None) => Ok(Trust::CertHash(hash.parse::<CertHash>()?)),
        (None, Some(file)) => Ok(Trust::CaFile(file.to_owned())),
        (None, None) => Ok(Trust::System),
        (Some(hash), Some(file)) => match (
            on_command_line(matches, CERT_HASH),
            on_command_line(matches, CA_FILE),
        ) {
            (true, false) => Ok(Trust::CertHash(hash.parse::<CertHash>()?)),
            (false, true) => Ok(Trust::CaFile(file.to_owned())),
            (true, true) | (false, false) => Err(Failure::usage(
                "Both a certificate hash and a file of authorities are given.",
                "--cert-hash, --ca-file",
                "Give one of them.",
            )),
        },
    }
}

/// What stands on the command line goes before the environment; among equals exactly one may be given.
fn credentials(matches: &ArgMatches) -> Result<Credentials, Failure> {
    match text(matches, ACCOUNT) {
        None => Ok(token(matches)?.map_or(Credentials::None, Credentials::Bearer)),
        Some(account) => {
            let other = path(matches, TOKEN_FILE).is_some() || token_variable().is_some();
            match (
                other,
                on_command_line(matches, ACCOUNT),
                on_command_line(matches, TOKEN_FILE),
            ) {
                (false, _, _) | (true, true, false) => basic(account, matches),
                (true, false, true) => Ok(token(matches)?.map_or(Credentials::None, Credentials::Bearer)),
                (true, true, true) | (true, false, false) => Err(Failure::usage(
                    "Both a token and an account are given.",
                    "--token-file, --account, LICENSING_TOKEN",
                    "Give one of them.",
                )),
            }
        }
    }
}

/// The bearer token: a file on the command line, the variable, or the file that another variable names.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn token(matches: &ArgMatches) -> Result<Option<Secret>, Failure> {
    let file = path(matches, TOKEN_FILE);
    match (token_variable(), file) {
        (Some(token), None) => Ok(Some(token)),
        (Some(token), Some(_)) if !on_command_line(matches, TOKEN_FILE) => Ok(Some(token)),
        (_, Some(file)) => Ok(Some(local_file::secret(file)?)),
        (None, None) => Ok(None),
    }
}

fn token_variable() -> Option<Secret> {
    std::env::var(TOKEN_VARIABLE)
        .ok()
        .filter(|token| !token.is_empty())
        .map(Secret::new)
}

fn basic(account: &str, matches: &ArgMatches) -> Result<Credentials, Failure> {
    let password = if matches.get_flag(PASSWORD_STDIN) {
        local_file::secret(Path::new("-"))?
    } else if let Some(file) = path(matches, PASSWORD_FILE) {
        local_file::secret(file)?
    } else {
        return Err(Failure::usage(
            "The account is given, but not where its password is.",
            account,
            "Give --password-file FILE or --password-stdin.",
        ));
    };
    Ok(Credentials::Basic {
        account: account.to_owned(),
        password,
    })
}

/// An empty variable counts as not set.
fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches
        .get_one::<String>(name)
        .map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

fn path<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a Path> {
    matches
        .get_one::<OsString>(name)
        .map(Path::new)
        .filter(|path| !path.as_os_str().is_empty())
}

fn on_command_line(matches: &ArgMatches, name: &str) -> bool {
    matches.value_source(name) == Some(ValueSource::CommandLine)
}
