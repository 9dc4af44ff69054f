//! `licensing location`: where everything is, as the license manager says.

use clap::{ArgMatches, Command};
use licensing_client::{Discovery, discover};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::{connection, operations, print, text};

/// The command with its arguments.
pub(crate) fn command() -> Command {
    let command =
        Command::new("location").about("Asks the license manager where web services and vendor daemons are.");
    connection::add_manager(operations::with_json(command))
}

/// Asks and shows.
///
/// # Errors
/// As for [`discover`].
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let manager = connection::manager(matches)?;
    let trust = connection::named_trust(matches)?;
    let found = discover(&manager, trust.as_ref(), connection::timeout(matches)).await?;
    if matches.get_flag("json") {
        print::json(&as_json(&found))?;
    } else {
        print::out(&as_text(&found))?;
    }
    Ok(Exit::Success)
}

fn as_json(found: &Discovery) -> serde_json::Value {
    let vendors = found.vendors.iter().map(|vendor| {
        json!({ "vendor": vendor.vendor, "address": vendor.address.authority(), "serving": vendor.serving })
    });
    json!({
        "serverName": found.server_name,
        "version": found.version,
        "licenseManager": found.manager.authority(),
        "webServices": found.web_services.to_string(),
        "vendorDaemons": vendors.collect::<Vec<_>>(),
    })
}

fn as_text(found: &Discovery) -> String {
    let mut text = format!(
        "License server   {} (version {})\nLicense manager  {}\nWeb services     {}\n",
        text::plain(&found.server_name),
        text::plain(&found.version),
        found.manager.authority(),
        found.web_services,
    );
    for vendor in &found.vendors {
        text.push_str(&format!(
            "Vendor daemon    {} {}{}\n",
            vendor.address.authority(),
            text::plain(&vendor.vendor),
            if vendor.serving { "" } else { " (not serving)" },
        ));
    }
    text
}
