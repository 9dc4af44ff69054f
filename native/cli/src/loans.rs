//! `licensing borrowed` and `licensing return`: borrowed seats.

use clap::{Arg, ArgMatches, Command};
use licensing_client::{Borrowed, ProductClient};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::{operations, print, product_connection, text};

/// The command that lists.
pub(crate) fn borrowed_command() -> Command {
    let command = Command::new("borrowed").about(
        "Lists the seats that checkout --borrow took along from a server. The server is asked for nothing.",
    );
    product_connection::add(operations::with_json(command))
}

/// The command that gives back.
pub(crate) fn return_command() -> Command {
    let command = Command::new("return")
        .about("Returns borrowed seats before the end of their period.")
        .arg(
            Arg::new("what")
                .value_name("FEATURE|ID")
                .required(true)
                .help("Feature, if it is borrowed only once, or the ID that borrowed shows"),
        );
    product_connection::add(command)
}

/// Lists.
///
/// # Errors
/// When the folder for tickets cannot be read.
pub(crate) async fn list(matches: &ArgMatches) -> Result<Exit, Failure> {
    let options = product_connection::options(matches, true)?;
    let loans = ProductClient::borrowed_by(&options).await?;
    if matches.get_flag("json") {
        let rows: Vec<_> = loans.iter().map(row).collect();
        print::out(&format!("{}\n", json!(rows)))?;
        return Ok(Exit::Success);
    }
    for loan in &loans {
        print::out(&format!(
            "{}  {} {} of {}@{}, until {:.0}\n",
            loan.id,
            seats(loan.count),
            text::plain(&loan.feature),
            text::plain(&loan.user),
            text::plain(&loan.host),
            loan.until,
        ))?;
    }
    Ok(Exit::Success)
}

fn row(loan: &Borrowed) -> serde_json::Value {
    json!({
        "id": loan.id,
        "feature": loan.feature,
        "version": loan.version,
        "count": loan.count,
        "user": loan.user,
        "host": loan.host,
        "since": loan.since,
        "until": loan.until,
    })
}

/// Gives back.
///
/// # Errors
/// When nothing or more than one loan is meant, or the server cannot be reached.
pub(crate) async fn give_back(matches: &ArgMatches) -> Result<Exit, Failure> {
    let what = matches.get_one::<String>("what").cloned().unwrap_or_default();
    let options = product_connection::options(matches, true)?;
    let loans = ProductClient::borrowed_by(&options).await?;
    let mut meant = loans
        .iter()
        .filter(|loan| loan.id.eq_ignore_ascii_case(&what) || loan.feature.eq_ignore_ascii_case(&what));
    let (Some(loan), None) = (meant.next(), meant.next()) else {
        return Err(Failure::usage(
            "Not exactly one loan is meant by that.",
            &what,
            "List the loans with: licensing borrowed.",
        ));
    };
    let was_out = ProductClient::connect(options)
        .await?
        .return_borrowed(loan)
        .await?;
    let what = format!("{} of {}", seats(loan.count), text::plain(&loan.feature));
    print::out(&if was_out {
        format!("{what} given back.\n")
    } else {
        format!("{what} had come back before.\n")
    })?;
    Ok(Exit::Success)
}

/// `1 seat` or so many seats.
pub(crate) fn seats(count: u32) -> String {
    if count == 1 {
        "1 seat".to_owned()
    } else {
        format!("{count} seats")
    }
}
