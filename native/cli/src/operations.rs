//! Runs one operation of the table.

mod administration;
mod allocation;
mod certificate;
mod exchange;
mod explain;
mod import;
mod insight_file;
mod license_file;
mod offline;
mod upload;
mod usage_report;
mod usual;

use clap::{ArgMatches, Command};
use licensing_api::{OperationId, OperationInfo, Problem};
use serde::Deserialize;

use crate::exit::{Exit, Failure};
use crate::{arguments, connection, print};

/// The command of an operation, with its arguments.
pub(crate) fn command(operation: &OperationInfo, word: &str) -> Command {
    let command = Command::new(word.to_owned()).about(operation.summary);
    let command = match operation.id {
        OperationId::ImportLicenseFile => import::arguments(command),
        OperationId::ExplainLicenseFile => explain::arguments(command),
        OperationId::AddIssuer => administration::issuer_arguments(command),
        OperationId::ExplainOptions => administration::option_arguments(command, false),
        OperationId::SetOptions => administration::option_arguments(command, true),
        OperationId::SetCertificate => administration::certificate_arguments(command),
        OperationId::ExportUpload => upload::export_arguments(command, operation),
        OperationId::ImportUploadReceipt => upload::receipt_arguments(command),
        OperationId::ExportUsageReport => usage_report::arguments(command, operation),
        OperationId::ExportAllocationRequest => allocation::request_arguments(command, operation),
        OperationId::ImportAllocationAnswer => allocation::answer_arguments(command),
        OperationId::ImportInsightBundle
        | OperationId::NewInsightOrder
        | OperationId::ImportInsightRequirements
        | OperationId::ImportInsightRescissions => insight_file::arguments(command, operation),
        _ => arguments::add(command, operation),
    };
    connection::add(with_json(command))
}

/// Adds `--json`.
pub(crate) fn with_json(command: Command) -> Command {
    command.arg(
        clap::Arg::new("json")
            .long("json")
            .action(clap::ArgAction::SetTrue)
            .help("Show the answer, or the error, as JSON"),
    )
}

/// Carries it out and shows the answer.
///
/// # Errors
/// As the operation.
pub(crate) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    match operation.id {
        OperationId::GetCertificate => certificate::run(operation, matches).await,
        OperationId::ImportLicenseFile => import::run(operation, matches).await,
        OperationId::ExplainLicenseFile => explain::run(matches).await,
        OperationId::AddIssuer => administration::add_issuer(operation, matches).await,
        OperationId::ExplainOptions => administration::options(operation, matches, false).await,
        OperationId::SetOptions => administration::options(operation, matches, true).await,
        OperationId::SetCertificate => administration::set_certificate(operation, matches).await,
        OperationId::TestServer => administration::doctor(operation, matches).await,
        OperationId::ExportUpload => upload::export(operation, matches).await,
        OperationId::ImportUploadReceipt => upload::receipt(operation, matches).await,
        OperationId::ExportUsageReport => usage_report::run(operation, matches).await,
        OperationId::ExportAllocationRequest => allocation::request(operation, matches).await,
        OperationId::ImportAllocationAnswer => allocation::answer(operation, matches).await,
        OperationId::ImportInsightBundle
        | OperationId::NewInsightOrder
        | OperationId::ImportInsightRequirements
        | OperationId::ImportInsightRescissions => insight_file::run(operation, matches).await,
        _ => {
            let request = arguments::request(operation, matches)?;
            let usual = usual::of(operation.id, &request);
            let answer = connection::client(matches)?
                .call_json(operation.id, request)
                .await?;
            let exit = show(operation, matches, &answer)?;
            if let Some(usual) = usual {
                usual.note(&answer);
            }
            Ok(exit)
        }
    }
}

fn show(
    operation: &OperationInfo,
    matches: &ArgMatches,
    answer: &serde_json::Value,
) -> Result<Exit, Failure> {
    if matches.get_flag("json") {
        print::json(answer)?;
    } else {
        print::answer(operation, answer)?;
    }
    missing(operation, answer)
}

/// Says on standard error why rows of a list are missing: one problem for each vendor daemon that could not be asked.
fn missing(operation: &OperationInfo, answer: &serde_json::Value) -> Result<Exit, Failure> {
    if !operation.rows {
        return Ok(Exit::Success);
    }
    let problems = answer.get("problems").map_or_else(
        || Ok(Vec::new()),
        |problems| {
            Vec::<Problem>::deserialize(problems).map_err(|error| Failure::internal(error.to_string()))
        },
    )?;
    for problem in &problems {
        Failure::from(problem.clone()).report(false);
    }
    Ok(if problems.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    })
}
