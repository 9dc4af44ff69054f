//! `licensing allocation request` and `licensing allocation answer`: files for servers without a connection to the vendor.

use clap::{ArgMatches, Command};
use licensing_api::OperationInfo;
use licensing_api::allocation::ImportAllocationAnswer;
use serde_json::json;

use super::exchange;
use crate::exit::{Exit, Failure};
use crate::{arguments, connection, print};

/// Adds the fields of the request, and where the file goes.
pub(super) fn request_arguments(command: Command, operation: &OperationInfo) -> Command {
    arguments::add(command, operation).arg(exchange::output_argument("request"))
}

/// Adds the answer file.
pub(super) fn answer_arguments(command: Command) -> Command {
    command.arg(exchange::input_argument(
        "Answer that the vendor gave; - is standard input",
    ))
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
    let file = exchange::write(matches, "request", &text("fileName"), &text("content"))?;
    if matches.get_flag("json") {
        print::json(&json!({ "file": file, "requestId": text("requestId") }))?;
    } else {
        print::out(&format!("{}: request {}.\n", file.display(), text("requestId")))?;
    }
    Ok(Exit::Success)
}

/// Sends an answer.
pub(super) async fn answer(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = ImportAllocationAnswer {
        content: exchange::read(matches, "answer")?,
    };
    exchange::send(operation, matches, request).await
}
