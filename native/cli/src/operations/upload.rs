//! `licensing upload export` and `licensing upload receipt`: files for servers without a connection.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use licensing_api::OperationInfo;
use licensing_api::management::{ExportUpload, ImportUploadReceipt};
use licensing_api::operation::{BodySize, op};
use licensing_files::{Existing, Readers, durable};

use super::show;
use crate::exit::{Exit, Failure};
use crate::{connection, local_file, print};

/// Adds where the bundle goes, and the registration code.
pub(super) fn export_arguments(command: Command, _: &OperationInfo) -> Command {
    command
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("File for the bundle; it must not exist. The server's name for it unless given"),
        )
        .arg(code_argument())
}

/// Adds the receipt, and the registration code.
pub(super) fn receipt_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Receipt that the receiver gave; - is standard input"),
        )
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
    let file = match matches.get_one::<PathBuf>("output") {
        Some(file) => file.clone(),
        None => local_file::named(&exported.file_name)?,
    };
    durable::write(
        &file,
        exported.content.as_bytes(),
        Readers::Owner,
        Existing::Refuse,
    )
    .map_err(|error| {
        Failure::usage(
            format!("The bundle cannot be written: {error}."),
            file.display().to_string(),
            "Choose another file with --output.",
        )
    })?;
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
    let Some(file) = matches.get_one::<PathBuf>("file") else {
        return Err(Failure::internal("No receipt is named."));
    };
    let request = ImportUploadReceipt {
        content: local_file::text(file, BodySize::Large.bytes() / 2)?,
        registration_code: code(matches)?,
    };
    let request = serde_json::to_value(request)
        .map_err(|error| Failure::internal(format!("The request cannot be written as JSON: {error}.")))?;
    let answer = connection::client(matches)?
        .call_json(operation.id, request)
        .await?;
    show(operation, matches, &answer)
}

fn code(matches: &ArgMatches) -> Result<Option<licensing_api::Secret>, Failure> {
    matches
        .get_one::<PathBuf>("new-registration-code-file")
        .map(|file| local_file::secret(file))
        .transpose()
}
