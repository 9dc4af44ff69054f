//! `licensing authority issue`: a signed license file from a short order.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::Zoned;
use licensing_api::text::sentence;
use licensing_license_file::authority::{Authority, InvalidOrder, Order};
use licensing_license_file::signing::{IssuerKey, MAX_TRUST_FILE_BYTES, TrustedIssuer};
use serde_json::json;

use super::new_file::{self, Readers};
use crate::exit::{Exit, Failure};
use crate::{local_file, print};

/// Largest order that is read, in bytes: enough for tens of thousands of lines.
const MAX_ORDER_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn command() -> Command {
    let file = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("issue")
        .about("Creates a signed license file from an order.")
        .args([
            Arg::new("order")
                .value_name("ORDER.toml")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("What was ordered, - for standard input; docs/license-file.md shows one"),
            file(
                "key",
                "FILE",
                "Key of the issuer, made by licensing authority init",
            )
            .required(true),
            file(
                "public",
                "FILE",
                "Trust file of the issuer; the .pub file beside the key unless given",
            ),
            file(
                "output",
                "FILE",
                "License file to write; standard output unless given",
            )
            .short('o'),
            Arg::new("overwrite")
                .long("overwrite")
                .action(ArgAction::SetTrue)
                .help("Replace an existing file"),
        ])
}

pub(super) fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let (Some(order_file), Some(key_file)) = (path("order"), path("key")) else {
        return Err(Failure::usage(
            "Order and key are needed.",
            "ORDER.toml, --key",
            "Name both files.",
        ));
    };
    let authority = authority(key_file, path("public"))?;
    let text = local_file::text(order_file, MAX_ORDER_BYTES)?;
    let refused = |error: InvalidOrder| invalid_order(order_file, &error);
    let order = Order::from_toml(&text).map_err(refused)?;
    let file = authority.issue(&order, Zoned::now().date()).map_err(refused)?;
    let Some(output) = path("output") else {
        print::out(&file)?;
        return Ok(Exit::Success);
    };
    if matches.get_flag("overwrite") {
        new_file::replace(output, file.as_bytes())?;
    } else {
        new_file::create(output, file.as_bytes(), Readers::Everybody)?;
    }
    if matches.get_flag("json") {
        let written =
            json!({ "file": output.display().to_string(), "keyId": authority.public().key_id().to_string() });
        print::json(&written)?;
    } else {
        print::out(&format!("Written: {}\n", output.display()))?;
    }
    Ok(Exit::Success)
}

fn authority(key_file: &Path, public_file: Option<&Path>) -> Result<Authority, Failure> {
    let unusable = |file: &Path, detail: String| {
        Failure::usage(
            detail,
            file.display().to_string(),
            "Use the two files that licensing authority init made.",
        )
    };
    let secret = local_file::secret_text(key_file)?;
    let key = IssuerKey::from_pem(&secret).map_err(|error| unusable(key_file, sentence(&error)))?;
    let beside = key_file.with_extension("pub");
    let public_file = public_file.unwrap_or(&beside);
    let text = local_file::text(public_file, MAX_TRUST_FILE_BYTES)?;
    let public = TrustedIssuer::from_text(&text).map_err(|error| unusable(public_file, sentence(&error)))?;
    Authority::new(key, public).map_err(|error| unusable(public_file, sentence(&error)))
}

fn invalid_order(file: &Path, error: &InvalidOrder) -> Failure {
    let problems: Vec<String> = error
        .problems
        .iter()
        .map(|problem| problem.to_string().trim_end().to_owned())
        .collect();
    Failure::usage(
        format!("The order cannot be carried out.\n{}", problems.join("\n")),
        file.display().to_string(),
        "Correct the order; docs/license-file.md shows what may stand in it.",
    )
}
