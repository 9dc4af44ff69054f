//! Where license managers are, in the words of `-c`: `port@host`, license files, or lists of both.

use std::path::Path;

use licensing_api::license_file::MAX_LICENSE_FILE_BYTES;
use licensing_client::{Address, DEFAULT_LICENSE_PORT};
use licensing_license_file::license_file;

use crate::exit::Failure;
use crate::local_file;

/// Separates the elements of a list: as paths are on this system.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// Every license manager that a list names, in its order.
///
/// # Errors
/// When an element is neither `port@host` nor a license file that can be read and names a server.
pub(super) fn of_list(list: &str) -> Result<Vec<Address>, Failure> {
    let mut found = Vec::new();
    for element in list.split([SEPARATOR, ',']).filter(|element| !element.is_empty()) {
        match element.split_once('@') {
            Some((port, host)) => found.push(at(port, host, element)?),
            None => found.extend(of_file(Path::new(element))?),
        }
    }
    if found.is_empty() {
        return Err(named_nothing(list));
    }
    Ok(found)
}

fn at(port: &str, host: &str, element: &str) -> Result<Address, Failure> {
    let port = match port {
        "" => DEFAULT_LICENSE_PORT,
        digits => digits.parse().map_err(|_| named_nothing(element))?,
    };
    Ok(Address::new(host, port)?)
}

/// The servers of a license file; `this_host` is this one.
fn of_file(path: &Path) -> Result<Vec<Address>, Failure> {
    let file = license_file::parse(&local_file::bytes(path, MAX_LICENSE_FILE_BYTES)?);
    let mut found = Vec::new();
    for server in file.servers() {
        let host = match server.host.value.as_str() {
            "this_host" => "localhost",
            host => host,
        };
        let port = server
            .port
            .as_ref()
            .map_or(DEFAULT_LICENSE_PORT, |port| port.value);
        found.push(Address::new(host, port)?);
    }
    if found.is_empty() {
        return Err(named_nothing(&path.to_string_lossy()));
    }
    Ok(found)
}

fn named_nothing(target: &str) -> Failure {
    Failure::usage(
        "No license manager is named.",
        target,
        "Give -c PORT@HOST, or a license file with a SERVER line.",
    )
}
