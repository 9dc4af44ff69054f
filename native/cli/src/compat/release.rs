//! `licensing udadmin -delete`: takes licenses back that are assigned to users and devices.

use clap::ArgMatches;
use licensing_api::operation::op;
use licensing_api::usage::{GetUsage, LicenseModel, RevokeLeases, UsageRow};
use licensing_api::{ErrorCode, Problem};
use licensing_client::AdminClient;
use licensing_texts::status_text::{Assignee, released_line};

use crate::exit::{Exit, Failure};
use crate::{connection, print};

/// Names of the options that say what is taken back.
pub(super) const FEATURE: &str = "feature";
pub(super) const USER: &str = "user";
pub(super) const DEVICE: &str = "device";

/// Takes back what is named, all in one step, and shows it.
///
/// # Errors
/// When nobody is named, none of them has such a license, or the server cannot be asked.
pub(super) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let names = |option: &str| -> Vec<&str> {
        let given = matches.get_many::<String>(option).unwrap_or_default();
        given.map(String::as_str).collect()
    };
    let wanted = Wanted {
        feature: matches.get_one::<String>(FEATURE).map_or("", String::as_str),
        users: names(USER),
        devices: names(DEVICE),
    };
    if wanted.feature.is_empty() || (wanted.users.is_empty() && wanted.devices.is_empty()) {
        return Err(Failure::usage(
            "What to delete is not named.",
            "-delete",
            "Give -f FEATURE and -user NAME or -device NAME; each may stand several times.",
        ));
    }
    let client = connection::client(matches)?;
    let released = release(&client, &wanted).await?;
    let lines: String = released
        .iter()
        .filter_map(|row| {
            assigned_to(row).map(|(kind, name)| released_line(kind, name, &row.feature, &row.version))
        })
        .collect();
    print::out(&lines)?;
    Ok(Exit::Success)
}

struct Wanted<'a> {
    feature: &'a str,
    users: Vec<&'a str>,
    devices: Vec<&'a str>,
}

impl Wanted<'_> {
    fn names(&self, row: &UsageRow) -> bool {
        let among = |names: &[&str], name: &str| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        row.feature.eq_ignore_ascii_case(self.feature)
            && match assigned_to(row) {
                Some((Assignee::User, name)) => among(&self.users, name),
                Some((Assignee::Device, name)) => among(&self.devices, name),
                None => false,
            }
    }
}

async fn release(client: &AdminClient, wanted: &Wanted<'_>) -> Result<Vec<UsageRow>, Problem> {
    let held = client.call::<op::GetUsage>(&GetUsage::default()).await?.items;
    let lease_ids: Vec<String> = held
        .into_iter()
        .filter(|row| wanted.names(row))
        .map(|row| row.lease_id)
        .collect();
    if lease_ids.is_empty() {
        let detail = format!("No license of {} is assigned to them.", wanted.feature);
        return Err(Problem::new(ErrorCode::LeaseNotFound, detail).about(wanted.feature));
    }
    let request = RevokeLeases {
        lease_ids,
        ..RevokeLeases::default()
    };
    Ok(client.call::<op::RevokeLeases>(&request).await?.items)
}

/// To whom a seat is assigned; none for one that is held by a session.
pub(super) fn assigned_to(row: &UsageRow) -> Option<(Assignee, &str)> {
    match row.license_model_type {
        LicenseModel::User => Some((Assignee::User, &row.user)),
        LicenseModel::Device => Some((Assignee::Device, &row.device)),
        LicenseModel::Concurrent | LicenseModel::Server => None,
    }
}
