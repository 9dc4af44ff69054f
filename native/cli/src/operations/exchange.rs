//! Files that go between a server and somebody without a connection to it.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};
use licensing_api::OperationInfo;
use licensing_api::operation::BodySize;
use licensing_files::{Existing, Readers, durable};
use serde::Serialize;

use super::show;
use crate::exit::{Exit, Failure};
use crate::{connection, local_file};

/// Where what the server gives goes.
pub(super) fn output_argument(what: &str) -> Arg {
    Arg::new("output")
        .short('o')
        .long("output")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help(format!(
            "File for the {what}; it must not exist. The server's name for it unless given"
        ))
}

/// Writes what the server gave, under its name for it unless another was asked for. Gives the path.
pub(super) fn write(matches: &ArgMatches, what: &str, name: &str, content: &str) -> Result<PathBuf, Failure> {
    let file = match matches.get_one::<PathBuf>("output") {
        Some(file) => file.clone(),
        None => local_file::named(name)?,
    };
    durable::write(&file, content.as_bytes(), Readers::Owner, Existing::Refuse).map_err(|error| {
        Failure::usage(
            format!("The {what} cannot be written: {error}."),
            file.display().to_string(),
            "Choose another file with --output.",
        )
    })?;
    Ok(file)
}

/// The file that is sent.
pub(super) fn input_argument(help: &'static str) -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

/// Reads the file that is sent.
pub(super) fn read(matches: &ArgMatches, what: &str) -> Result<String, Failure> {
    let Some(file) = matches.get_one::<PathBuf>("file") else {
        return Err(Failure::internal(format!("No {what} is named.")));
    };
    Ok(local_file::text(file, BodySize::Large.bytes() / 2)?)
}

/// Sends a request that has the file in it.
pub(super) async fn send(
    operation: &OperationInfo,
    matches: &ArgMatches,
    request: impl Serialize,
) -> Result<Exit, Failure> {
    let request = serde_json::to_value(request)
        .map_err(|error| Failure::internal(format!("The request cannot be written as JSON: {error}.")))?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    show(operation, matches, &answer)
}
