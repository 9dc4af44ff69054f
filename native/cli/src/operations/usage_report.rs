//! `licensing usage report`: a report as a file.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::OperationInfo;
use licensing_api::history::UsageReportFile;
use licensing_files::{Existing, Readers, durable};
use serde::Deserialize as _;

use super::show;
use crate::exit::{Exit, Failure};
use crate::{arguments, connection, local_file, print};

/// The arguments of the request, and where the report goes.
pub(super) fn arguments(command: Command, operation: &OperationInfo) -> Command {
    arguments::add(command, operation).arg(
        Arg::new("output")
            .short('o')
            .long("output")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("File for the report; it must not exist. The server's name for it unless given"),
    )
}

/// Writes the report to a file. It is not complete where a vendor daemon did not answer, which the exit code tells.
pub(super) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = arguments::request(operation, matches)?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    let report =
        UsageReportFile::deserialize(&answer).map_err(|error| Failure::internal(error.to_string()))?;
    let file = match matches.get_one::<PathBuf>("output") {
        Some(file) => file.clone(),
        None => local_file::named(&report.file_name)?,
    };
    durable::write(&file, report.content.as_bytes(), Readers::Owner, Existing::Refuse).map_err(|error| {
        Failure::usage(
            format!("The report cannot be written: {error}."),
            file.display().to_string(),
            "Choose another file with --output.",
        )
    })?;
    if matches.get_flag("json") {
        let written = serde_json::json!({
            "file": file,
            "features": report.features,
            "missing": report.missing,
        });
        show(operation, matches, &written)?;
    } else {
        print::out(&format!("{}: {} features.\n", file.display(), report.features))?;
        for missing in &report.missing {
            print::out(&format!("Missing: {missing}\n"))?;
        }
    }
    Ok(if report.missing.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
