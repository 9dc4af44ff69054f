//! `licensing usage report`: a report as a file.

use clap::{ArgMatches, Command};
use licensing_api::OperationInfo;
use licensing_api::history::UsageReportFile;
use serde::Deserialize as _;

use super::{exchange, show};
use crate::exit::{Exit, Failure};
use crate::{arguments, connection, print};

/// The arguments of the request, and where the report goes.
pub(super) fn arguments(command: Command, operation: &OperationInfo) -> Command {
    arguments::add(command, operation).arg(exchange::output_argument("report"))
}

/// Writes the report to a file. It is not complete where a vendor daemon did not answer, which the exit code tells.
pub(super) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = arguments::request(operation, matches)?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    let report =
        UsageReportFile::deserialize(&answer).map_err(|error| Failure::internal(error.to_string()))?;
    let file = exchange::write(matches, "report", &report.file_name, &report.content)?;
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
