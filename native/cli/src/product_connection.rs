//! The connection to the licensing ports, as products have it: what they show, and where their tickets are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_client::{ClientIdentity, ProductOptions};

use crate::connection;
use crate::exit::Failure;

const VENDOR: &str = "vendor";
const CLIENT_CERT: &str = "client-cert";
const CLIENT_KEY: &str = "client-key";
const TICKETS: &str = "tickets";

/// Adds what every command that acts as a product takes.
pub(crate) fn add(command: Command) -> Command {
    let path = |name: &'static str, value: &'static str, variable: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .env(variable)
            .value_parser(value_parser!(OsString))
            .help(help)
    };
    connection::add_manager(command).args([
        Arg::new(VENDOR)
            .long(VENDOR)
            .value_name("VENDOR")
            .help("Vendor whose daemon to ask; the first that serves unless given"),
        path(
            CLIENT_CERT,
            "FILE",
            "LICENSING_CLIENT_CERT",
            "Certificate to show, in PEM form, where the server demands one",
        ),
        path(
            CLIENT_KEY,
            "FILE",
            "LICENSING_CLIENT_KEY",
            "Its private key in PEM form; in the file of the certificate unless given",
        )
        .requires(CLIENT_CERT),
        path(
            TICKETS,
            "FOLDER",
            "LICENSING_TICKETS",
            "Folder for the tickets that grace and borrowing need; where borrowing is meant, one of the user's own unless given",
        ),
    ])
}

/// How a product connects. A folder for tickets is there when one is named, or `needs_tickets` says so.
///
/// # Errors
/// When an argument is wrong or a file cannot be read.
pub(crate) fn options(matches: &ArgMatches, needs_tickets: bool) -> Result<ProductOptions, Failure> {
    let mut options = ProductOptions::new("localhost")?;
    options.manager = connection::manager(matches)?;
    options.vendor = matches.get_one::<String>(VENDOR).cloned();
    options.token = connection::token(matches)?;
    options.trust = connection::trust(matches)?;
    if let Some(certificate) = path(matches, CLIENT_CERT) {
        let key = path(matches, CLIENT_KEY).unwrap_or(certificate);
        options.identity = Some(ClientIdentity::read(certificate, key)?);
    }
    options.timeout = connection::timeout(matches);
    options.attempt_timeout = options.attempt_timeout.min(options.timeout);
    options.ticket_folder = match path(matches, TICKETS) {
        Some(folder) => Some(folder.to_owned()),
        None if needs_tickets => Some(own_folder()?),
        None => None,
    };
    Ok(options)
}

fn path<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a Path> {
    matches
        .get_one::<OsString>(name)
        .map(Path::new)
        .filter(|path| !path.as_os_str().is_empty())
}

/// Where programs keep what is the user's own and outlives them, by the custom of the system.
fn own_folder() -> Result<PathBuf, Failure> {
    let given = |variable: &str| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = |below: &str| std::env::home_dir().map(|home| home.join(below));
    let base = if cfg!(windows) {
        given("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home("Library/Application Support")
    } else {
        given("XDG_STATE_HOME").or_else(|| home(".local/state"))
    };
    base.map(|base| base.join("licensing").join("tickets"))
        .ok_or_else(|| {
            Failure::usage(
                "The system does not tell where the user's own files are.",
                "--tickets",
                "Give --tickets FOLDER.",
            )
        })
}
