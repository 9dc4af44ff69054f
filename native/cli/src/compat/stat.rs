//! `licensing stat`: servers, vendor daemons, features and who uses them, as `lmstat` writes it.

use std::collections::BTreeSet;
use std::{env, io};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use jiff::Zoned;
use licensing_api::Problem;
use licensing_api::error::ErrorCategory;
use licensing_api::inventory::InventoryRow;
use licensing_client::{Address, discover};
use licensing_license_file::license_file::LicenseDate;
use licensing_texts::status_text::{
    FeatureLine, SeatLists, Selection, ServerState, ServerStatus, cannot_connect, feature_statuses,
    feature_table, lmstat, version_line,
};
use tokio::net::TcpStream;

use super::managers;
use super::rows::{self, Status};
use crate::exit::{Exit, Failure};
use crate::{connection, print};

const ALL: &str = "all";
const IN_USE: &str = "in-use";
const FEATURE: &str = "feature";
const VENDOR: &str = "vendor";
const INSTALLED: &str = "installed";
const SERVERS: &str = "servers";
const VERSION: &str = "version";
const MANAGERS: &str = "managers";

/// The command with its arguments.
pub(crate) fn command() -> Command {
    let command = Command::new("stat")
        .visible_alias("lmstat")
        .about("Shows the state of the server in the format of lmstat, for scripts that read it.")
        .after_help(
            "Without an option only the server and its vendor daemons are shown. Times are local to this machine. \
             When a server cannot be reached, the text on standard output says so and the exit code is 241.",
        )
        .args(selections())
        .group(
            ArgGroup::new("selection").args([ALL, IN_USE, FEATURE, VENDOR, INSTALLED, SERVERS, VERSION]),
        )
        .arg(
            Arg::new(MANAGERS)
                .short('c')
                .value_name("PORT@HOST")
                .help("License managers to ask where their web services are, instead of --server: port@host, license files, or a list"),
        );
    connection::add(command).mut_arg(connection::TIMEOUT, |timeout| timeout.short('t'))
}

fn selections() -> [Arg; 7] {
    let flag = |name, letter, help| Arg::new(name).short(letter).action(ArgAction::SetTrue).help(help);
    let one = |name, letter, value, help| {
        Arg::new(name)
            .short(letter)
            .value_name(value)
            .num_args(0..=1)
            .default_missing_value("")
            .help(help)
    };
    [
        flag(ALL, 'a', "Everything: all features and their users"),
        flag(IN_USE, 'A', "Features in use and their users"),
        one(
            FEATURE,
            'f',
            "FEATURE",
            "One feature and its users; all without a name",
        ),
        one(
            VENDOR,
            'S',
            "VENDOR",
            "Features of one vendor and their users; of all without a name",
        ),
        one(
            INSTALLED,
            'i',
            "FEATURE",
            "A table of what is installed, without users",
        ),
        one(
            SERVERS,
            's',
            "SERVER",
            "The server and its vendor daemons, as without an option",
        ),
        flag(VERSION, 'v', "Version of this command, in the shape of lmstat"),
    ]
}

/// Asks and shows.
///
/// # Errors
/// When the connection is not properly named, certificate or credentials do not suffice, or the answer is not
/// understood. A server that cannot be reached is reported in the text instead.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    if matches.get_flag(VERSION) {
        let platform = format!("{}_{}", env::consts::ARCH, env::consts::OS);
        print::out(&version_line(0, &platform))?;
        return Ok(Exit::Success);
    }
    let Some(list) = matches.get_one::<String>(MANAGERS) else {
        return show(connection::address(matches)?, matches).await;
    };
    let mut exit = Exit::Success;
    for manager in managers::of_list(list)? {
        let trust = connection::named_trust(matches)?;
        let shown = match discover(&manager, trust.as_ref(), connection::timeout(matches)).await {
            Ok(found) => show(found.web_services, matches).await?,
            Err(problem) => not_reached(&manager, problem).await?,
        };
        if shown != Exit::Success {
            exit = shown;
        }
    }
    Ok(exit)
}

async fn show(server: Address, matches: &ArgMatches) -> Result<Exit, Failure> {
    let client = connection::client_at(server, matches)?;
    match rows::read(&client).await {
        Ok(status) => {
            print::out(&text(&status, matches))?;
            Ok(Exit::Success)
        }
        Err(problem) => not_reached(client.address(), problem).await,
    }
}

async fn not_reached(address: &Address, problem: Problem) -> Result<Exit, Failure> {
    if !cannot_be_reached(&problem) {
        return Err(problem.into());
    }
    let (number, text) = system_error(address, &problem).await;
    print::out(&cannot_connect(number, &text))?;
    Ok(Exit::NoLicenseServer)
}

fn cannot_be_reached(problem: &Problem) -> bool {
    problem.status == 0
        && matches!(
            problem.category,
            ErrorCategory::ConnectionError | ErrorCategory::OperationTimeout
        )
}

/// Number and text of the operating system, which this shape shows: what connecting once more ends with. 0 where the
/// operating system has no number for what happened.
async fn system_error(address: &Address, problem: &Problem) -> (i32, String) {
    let once_more = TcpStream::connect((address.host(), address.port()));
    let ended = tokio::time::timeout(std::time::Duration::from_secs(2), once_more).await;
    match ended {
        Ok(Err(error)) => match error.raw_os_error() {
            Some(number) => (number, os_text(number)),
            None => (0, problem.title.clone()),
        },
        Ok(Ok(_)) | Err(_) => (0, problem.title.clone()),
    }
}

/// The text alone, without the number that the standard library puts behind it.
fn os_text(number: i32) -> String {
    let text = io::Error::from_raw_os_error(number).to_string();
    match text.rsplit_once(" (os error") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}

fn text(status: &Status, matches: &ArgMatches) -> String {
    let one = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    if let Some(feature) = one(INSTALLED) {
        let wanted = |row: &&InventoryRow| feature.is_empty() || row.feature.eq_ignore_ascii_case(feature);
        let lines: Vec<_> = status
            .seats
            .inventory
            .iter()
            .filter(wanted)
            .map(feature_line)
            .collect();
        return feature_table(&lines);
    }
    let selection = match (one(FEATURE), one(VENDOR)) {
        (Some(""), _) | (None, Some("")) => Selection::All,
        (Some(feature), _) => Selection::Feature(feature),
        (None, Some(vendor)) => Selection::Vendor(vendor),
        (None, None) if matches.get_flag(ALL) => Selection::All,
        (None, None) if matches.get_flag(IN_USE) => Selection::InUse,
        (None, None) => Selection::Servers,
    };
    let now = Zoned::now();
    let lists = SeatLists {
        inventory: &status.seats.inventory,
        usage: &status.seats.usage,
        reservations: &status.seats.reservations,
        queue: &status.seats.queue,
    };
    lmstat(
        now.datetime(),
        &[server(status)],
        &status.vendors,
        &feature_statuses(lists, &now),
        selection,
    )
}

fn server(status: &Status) -> ServerStatus {
    let files: BTreeSet<&String> = status.seats.inventory.iter().flat_map(|row| &row.files).collect();
    ServerStatus {
        host: status.info.host_name.clone(),
        port: status.info.license_port,
        license_files: files.into_iter().cloned().collect(),
        state: ServerState::Up {
            version: status.info.ls_version.clone(),
        },
    }
}

fn feature_line(row: &InventoryRow) -> FeatureLine {
    FeatureLine {
        feature: row.feature.clone(),
        version: row.version.clone(),
        count: (!row.uncounted).then_some(row.licenses_available),
        vendor: row.vendor.clone(),
        expires: row
            .license_expiration_date
            .map_or(LicenseDate::Permanent, LicenseDate::Day),
    }
}
