//! `licensing udadmin`: users and devices that licenses are assigned to, as its namesake writes it.

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use jiff::tz::TimeZone;
use licensing_api::assignment::{AssignmentEventKind, GetAssignmentEvents};
use licensing_api::operation::op;
use licensing_api::usage::UsageRow;
use licensing_texts::status_text::{
    Assignment, AssignmentEvent, ListOptions, assignment_events, assignment_list, export_assignments,
};

use super::release::{self, DEVICE, FEATURE, USER, assigned_to};
use super::rows;
use crate::exit::{Exit, Failure};
use crate::{connection, print, text};

const LIST: &str = "list";
const EXPORT: &str = "export";
const VERSIONS: &str = "versions";
const TIMES: &str = "times";
const EVENTS: &str = "events";
const DELETE: &str = "delete";

/// The command with its arguments.
pub(crate) fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let name = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("NAME")
            .action(ArgAction::Append)
            .requires(DELETE)
            .help(help)
    };
    let command = Command::new("udadmin")
        .about("Lists users and devices that licenses are assigned to in the format of udadmin, and revokes licenses.")
        .after_help(
            "The long words are understood with one dash, too. Licenses per session belong to nobody and are neither \
             listed nor deleted. Times are local to this machine.",
        )
        .args([
            flag(LIST, "Lists users, then devices"),
            flag(EXPORT, "Writes them as comma-separated values"),
            Arg::new(VERSIONS)
                .short('a')
                .action(ArgAction::SetTrue)
                .help("With -list: versions besides features"),
            flag(TIMES, "With -list: versions and times of checkout"),
            Arg::new(FEATURE)
                .short('f')
                .value_name("FEATURE")
                .help("Only this feature"),
            flag(EVENTS, "Lists when licenses were assigned and released, oldest first"),
            flag(DELETE, "Takes the licenses of a feature back from -user or -device, at once"),
            name(USER, "With -delete: a user, may stand several times"),
            name(DEVICE, "With -delete: a device, may stand several times"),
        ])
        .group(ArgGroup::new("task").args([LIST, EXPORT, EVENTS, DELETE]).required(true));
    connection::add(command)
}

/// Asks and shows.
///
/// # Errors
/// When the server cannot be asked.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    if matches.get_flag(DELETE) {
        return release::run(matches).await;
    }
    if matches.get_flag(EVENTS) {
        return events(matches).await;
    }
    let status = rows::read(&connection::client(matches)?).await?;
    let zone = TimeZone::system();
    let feature = matches.get_one::<String>(FEATURE).map(String::as_str);
    let assignments: Vec<_> = status
        .seats
        .usage
        .iter()
        .filter(|row| feature.is_none_or(|wanted| row.feature.eq_ignore_ascii_case(wanted)))
        .filter_map(|row| assignment(row, &zone))
        .collect();
    let text = if matches.get_flag(EXPORT) {
        export_assignments(&assignments)
    } else {
        let options = ListOptions {
            versions: matches.get_flag(VERSIONS),
            times: matches.get_flag(TIMES),
            feature,
            ..ListOptions::default()
        };
        assignment_list(&assignments, options)
    };
    print::out(&text)?;
    // A list that lacks a vendor must not pass for a whole one.
    for vendor in status.vendors.iter().filter(|vendor| !vendor.up) {
        eprintln!(
            "licensing: the vendor daemon {} is down; what it assigned is missing.",
            text::plain(&vendor.vendor)
        );
    }
    Ok(if status.vendors.iter().all(|vendor| vendor.up) {
        Exit::Success
    } else {
        Exit::Failed
    })
}

async fn events(matches: &ArgMatches) -> Result<Exit, Failure> {
    let request = GetAssignmentEvents {
        feature: matches.get_one::<String>(FEATURE).cloned().into(),
        ..GetAssignmentEvents::default()
    };
    let rows = connection::client(matches)?
        .call::<op::GetAssignmentEvents>(&request)
        .await?;
    let zone = TimeZone::system();
    let events: Vec<_> = rows
        .items
        .into_iter()
        .map(|row| AssignmentEvent {
            at: zone.to_datetime(row.at),
            begins: match row.event {
                AssignmentEventKind::Assigned => true,
                AssignmentEventKind::Released => false,
            },
            user: row.user,
            device: row.device,
            feature: row.feature,
            version: row.version,
        })
        .collect();
    print::out(&assignment_events(&events))?;
    Ok(Exit::Success)
}

fn assignment(row: &UsageRow, zone: &TimeZone) -> Option<Assignment> {
    let (assignee, name) = assigned_to(row)?;
    Some(Assignment {
        assignee,
        name: name.to_owned(),
        feature: row.feature.clone(),
        version: row.version.clone(),
        checked_out: zone.to_datetime(row.since),
        until: zone.to_datetime(row.until),
    })
}
