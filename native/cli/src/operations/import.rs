//! `licensing file import FILE`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgAction, ArgMatches, Command};
use licensing_api::OperationInfo;
use licensing_api::license_file::ImportLicenseFile;
use licensing_api::operation::op;

use super::{explain, license_file};
use crate::connection;
use crate::exit::{Exit, Failure};
use crate::print;
use crate::text;

/// Adds the file, its name and `--overwrite`.
pub(super) fn arguments(command: Command) -> Command {
    license_file::arguments(command).arg(
        Arg::new("overwrite")
            .long("overwrite")
            .action(ArgAction::SetTrue)
            .help("Replace an installed file of that name"),
    )
}

/// Sends the file and tells what changed.
pub(super) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    let file = license_file::read(matches)?;
    let request = ImportLicenseFile {
        file_name: file.name,
        content: STANDARD.encode(&file.bytes),
        overwrite: matches.get_flag("overwrite"),
    };
    let client = connection::client(matches)?;
    if matches.get_flag("json") {
        let request = serde_json::to_value(request)
            .map_err(|error| Failure::internal(format!("The request cannot be written as JSON: {error}.")))?;
        print::json(&client.call_json(operation.id, request).await?)?;
        return Ok(Exit::Success);
    }
    let imported = client.call::<op::ImportLicenseFile>(&request).await?;
    let mut text = format!(
        "{} {}: {} bytes, {} lines that grant seats.\n",
        if imported.replaced {
            "Replaced"
        } else {
            "Installed"
        },
        text::plain(&imported.file.file_name),
        imported.file.size,
        imported.file.increments,
    );
    text.push_str(&explain::findings(&imported.file.findings));
    text.push_str(&explain::effects(
        &imported.effects,
        &connection::address(matches)?.to_string(),
    ));
    print::out(&text)?;
    Ok(Exit::Success)
}
