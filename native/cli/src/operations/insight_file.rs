//! `licensing insight-bundle import`, `insight-order new`, `insight-requirement import` and `insight-rescission import`: what they
//! send stands in a file of this machine.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::operation::BodySize;
use licensing_api::{OperationId, OperationInfo};
use serde_json::json;

use super::show;
use crate::exit::{Exit, Failure};
use crate::{connection, local_file};

/// Adds the file.
pub(super) fn arguments(command: Command, operation: &OperationInfo) -> Command {
    let help = match operation.id {
        OperationId::ImportInsightBundle => "Bundle that a license server has exported; - is standard input",
        OperationId::NewInsightOrder => "Order as TOML; docs/allocation.md shows one; - is standard input",
        OperationId::ImportInsightRequirements => {
            "CSV file with Feature, Vendor, ProductVersion and RequiredDate; - is standard input"
        }
        _ => "CSV file with SerialNumber, Vendor, Effective and Reason; - is standard input",
    };
    command.arg(
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(help),
    )
}

/// Sends its text.
pub(super) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let Some(file) = matches.get_one::<PathBuf>("file") else {
        return Err(Failure::internal("No file is named."));
    };
    let content = local_file::text(file, BodySize::Large.bytes() / 2)?;
    let answer = connection::client(matches)?
        .call_json(operation.id, json!({ "content": content }))
        .await?;
    show(operation, matches, &answer)
}
