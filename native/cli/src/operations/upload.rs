//! `licensing upload export` and `licensing upload receipt`: files for servers without a connection.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::OperationInfo;
use licensing_api::management::{ExportUpload, ImportUploadReceipt};
use licensing_api::operation::op;

use super::{exchange, show};
use crate::exit::{Exit, Failure};
use crate::{connection, local_file, print};

/// Adds where the bundle goes, and the registration code.
pub(super) fn export_arguments(command: Command, _: &OperationInfo) -> Command {
    command
        .arg(exchange::output_argument("bundle"))
        .arg(code_argument())
}

/// Adds the receipt, and the registration code.
pub(super) fn receipt_arguments(command: Command) -> Command {
    command
        .arg(exchange::input_argument(
            "Receipt that the receiver gave; - is standard input",
        ))
        .arg(code_argument())
}

fn code_argument() -> Arg {
    Arg::new("new-registration-code-file")
        .long("new-registration-code-file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("File with the one-time code of the registration")
}

/// Writes the bundle to a file.
pub(super) async fn export(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = ExportUpload {
        registration_code: code(matches)?,
    };
    let client = connection::client(matches)?;
    let exported = client.call::<op::ExportUpload>(&request).await?;
    let file = exchange::write(matches, "bundle", &exported.file_name, &exported.content)?;
    if matches.get_flag("json") {
        return show(
            operation,
            matches,
            &serde_json::json!({ "file": file, "uploads": exported.uploads }),
        );
    }
    print::out(&format!("{}: {} uploads.\n", file.display(), exported.uploads))?;
    Ok(Exit::Success)
}

/// Sends a receipt.
pub(super) async fn receipt(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = ImportUploadReceipt {
        content: exchange::read(matches, "receipt")?,
        registration_code: code(matches)?,
    };
    exchange::send(operation, matches, request).await
}

fn code(matches: &ArgMatches) -> Result<Option<licensing_api::Secret>, Failure> {
    matches
        .get_one::<PathBuf>("new-registration-code-file")
        .map(|file| local_file::secret(file))
        .transpose()
}
