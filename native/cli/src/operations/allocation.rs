//! `licensing allocation request` and `licensing allocation answer`: files for servers without a connection to the vendor.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::OperationInfo;
use licensing_api::allocation::ImportAllocationAnswer;
use licensing_api::operation::BodySize;
use licensing_files::{Existing, Readers, durable};
use serde_json::json;

use super::show;
use crate::exit::{Exit, Failure};
use crate::{arguments, connection, local_file, print};

/// Adds the fields of the request, and where the file goes.
pub(super) fn request_arguments(command: Command, operation: &OperationInfo) -> Command {
    arguments::add(command, operation).arg(
        Arg::new("output")
            .short('o')
            .long("output")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("File for the request; it must not exist. The server's name for it unless given"),
    )
}

/// Adds the answer file.
pub(super) fn answer_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("Answer that the vendor gave; - is standard input"),
    )
}

/// Writes the request to a file.
pub(super) async fn request(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = arguments::request(operation, matches)?;
    let exported = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    let text = |field: &str| {
        exported
            .get(field)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let file = match matches.get_one::<PathBuf>("output") {
        Some(file) => file.clone(),
        None => local_file::named(&text("fileName"))?,
    };
    durable::write(
        &file,
        text("content").as_bytes(),
        Readers::Owner,
        Existing::Refuse,
    )
    .map_err(|error| {
        Failure::usage(
            format!("The request cannot be written: {error}."),
            file.display().to_string(),
            "Choose another file with --output.",
        )
    })?;
    if matches.get_flag("json") {
        print::json(&json!({ "file": file, "requestId": text("requestId") }))?;
    } else {
        print::out(&format!("{}: request {}.\n", file.display(), text("requestId")))?;
    }
    Ok(Exit::Success)
}

/// Sends an answer.
pub(super) async fn answer(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let Some(file) = matches.get_one::<PathBuf>("file") else {
        return Err(Failure::internal("No answer is named."));
    };
    let request = ImportAllocationAnswer {
        content: local_file::text(file, BodySize::Large.bytes() / 2)?,
    };
    let request = serde_json::to_value(request)
        .map_err(|error| Failure::internal(format!("The request cannot be written as JSON: {error}.")))?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    show(operation, matches, &answer)
}
