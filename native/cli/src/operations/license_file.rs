//! The license file that `licensing file import` and `explain` take from this machine.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::license_file::{MAX_LICENSE_FILE_BYTES, stored_name};

use crate::exit::Failure;
use crate::local_file;

/// A license file and the name to store it under.
pub(super) struct LicenseFile {
    /// Name on the server.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
}

/// Adds the path and the name.
pub(super) fn arguments(command: Command) -> Command {
    command.args([
        Arg::new("file")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .required(true)
            .help("License file on this machine, - for standard input"),
        Arg::new("name")
            .long("name")
            .value_name("NAME")
            .help("Name to store it under, ending in .lic; made of the name of the file unless given"),
    ])
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, is too large, or has no name that could be used.
pub(super) fn read(matches: &ArgMatches) -> Result<LicenseFile, Failure> {
    let Some(path) = matches.get_one::<PathBuf>("file") else {
        return Err(Failure::usage(
            "No license file is named.",
            "FILE",
            "Give the path of a license file.",
        ));
    };
    let name = name(matches, path)?;
    let bytes = local_file::bytes(path, MAX_LICENSE_FILE_BYTES)?;
    Ok(LicenseFile { name, bytes })
}

fn name(matches: &ArgMatches, path: &Path) -> Result<String, Failure> {
    if let Some(name) = matches.get_one::<String>("name") {
        return Ok(name.clone());
    }
    let own = if path == Path::new("-") {
        None
    } else {
        path.file_name().map(|name| name.to_string_lossy())
    };
    own.map(|name| stored_name(&name)).ok_or_else(|| {
        Failure::usage(
            "The file has no name to store it under.",
            path.display().to_string(),
            "Give --name, such as --name acme.lic.",
        )
    })
}
