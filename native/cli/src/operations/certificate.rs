//! `licensing certificate`: what to pin before anything else is said to a server.

use clap::ArgMatches;
use licensing_api::OperationInfo;
use licensing_client::fetch_certificate;

use crate::connection;
use crate::exit::{Exit, Failure};
use crate::print;

/// With `--cert-hash` or `--ca-file` the certificate is checked. Without them it is only looked at: nothing is trusted,
/// nothing secret is sent, and the user reads how to make sure.
pub(super) async fn run(operation: &OperationInfo, matches: &ArgMatches) -> Result<Exit, Failure> {
    if connection::names_certificate(matches) {
        let answer = connection::client(matches)?
            .call_json(operation.id, serde_json::json!({}))
            .await?;
        return super::show(operation, matches, &answer);
    }
    let address = connection::address(matches)?;
    let shown = fetch_certificate(&address, connection::timeout(matches)).await?;
    let answer = serde_json::to_value(&shown)
        .map_err(|error| Failure::internal(format!("The certificate cannot be written as JSON: {error}.")))?;
    if matches.get_flag("json") {
        print::json(&answer)?;
    } else {
        print::answer(operation, &answer)?;
        eprintln!(
            "\nThis is what {} shows; it was not checked. Compare the hash with the one on the server, then use it:\n  \
             export LICENSING_SERVER={address} LICENSING_CERT_HASH={}",
            address.authority(),
            shown.cert_hash,
        );
    }
    Ok(Exit::Success)
}
