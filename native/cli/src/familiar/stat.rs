//! `licensing stat`: servers, vendor daemons, features and who uses them, as `lmstat` writes it.

use std::collections::BTreeSet;
use std::io;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use jiff::Zoned;
use licensing_api::Problem;
use licensing_api::error::ErrorCategory;
use licensing_api::inventory::InventoryRow;
use licensing_client::Address;
use licensing_core::license_file::LicenseDate;
use licensing_core::status_text::{
    FeatureLine, Selection, ServerState, ServerStatus, cannot_connect, feature_statuses, feature_table,
    lmstat,
};
use tokio::net::TcpStream;

use super::rows::{self, Status};
use crate::failure::{Exit, Failure};
use crate::{connection, print};

const ALL: &str = "all";
const FEATURE: &str = "feature";
const VENDOR: &str = "vendor";
const INSTALLED: &str = "installed";

/// The command with its arguments.
pub(crate) fn command() -> Command {
    let command = Command::new("stat")
        .about("Shows the state of the server in the shape of lmstat, for scripts that read it.")
        .after_help(
            "Without an option only the server and its vendor daemons are shown. Times are local to this machine. \
             When the server cannot be reached, the text on standard output says so and the exit code is 241.",
        )
        .args([
            Arg::new(ALL)
                .short('a')
                .action(ArgAction::SetTrue)
                .help("Everything: all features and their users"),
            Arg::new(FEATURE)
                .short('f')
                .value_name("FEATURE")
                .help("One feature and its users"),
            Arg::new(VENDOR)
                .short('S')
                .value_name("VENDOR")
                .help("Features of one vendor and their users"),
            Arg::new(INSTALLED)
                .short('i')
                .action(ArgAction::SetTrue)
                .help("A table of what is installed, without users"),
        ])
        .group(ArgGroup::new("selection").args([ALL, FEATURE, VENDOR, INSTALLED]));
    connection::add(command)
}

/// Asks and shows.
///
/// # Errors
/// When the connection is not properly named, certificate or credentials do not suffice, or the answer is not
/// understood. A server that cannot be reached is told in the text instead.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let client = connection::client(matches)?;
    match rows::read(&client).await {
        Ok(status) => {
            print::out(&text(&status, matches))?;
            Ok(Exit::Success)
        }
        Err(problem) if cannot_be_reached(&problem) => {
            let (number, text) = system_error(client.address(), &problem).await;
            print::out(&cannot_connect(number, &text))?;
            Ok(Exit::NoLicenseServer)
        }
        Err(problem) => Err(problem.into()),
    }
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
    if matches.get_flag(INSTALLED) {
        let lines: Vec<_> = status.inventory.iter().map(feature_line).collect();
        return feature_table(&lines);
    }
    let one = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let selection = match (matches.get_flag(ALL), one(FEATURE), one(VENDOR)) {
        (true, _, _) => Selection::All,
        (false, Some(feature), _) => Selection::Feature(feature),
        (false, None, Some(vendor)) => Selection::Vendor(vendor),
        (false, None, None) => Selection::Servers,
    };
    let now = Zoned::now();
    let features = feature_statuses(&status.inventory, &status.usage, now.time_zone());
    lmstat(
        now.datetime(),
        &[server(status)],
        &status.vendors,
        &features,
        selection,
    )
}

fn server(status: &Status) -> ServerStatus {
    let files: BTreeSet<&String> = status.inventory.iter().flat_map(|row| &row.files).collect();
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
