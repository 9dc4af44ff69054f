//! The command line: groups and commands in the words of the table, and the commands that need no server.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use licensing_api::OperationInfo;
use licensing_api::operation::TABLE;

use crate::compat::{stat, udadmin};
use crate::exit::{EXIT_CODES, Exit, Failure};
use crate::{authority, checkout, dsc, loans, location, operations, print};

/// The whole command.
pub(crate) fn command() -> Command {
    let mut command = Command::new("licensing")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Administers a license server from any shell, and issues license files.")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .infer_long_args(false);
    for (group, members) in groups() {
        command = command.subcommand(match members.as_slice() {
            [(None, operation)] => operations::command(operation, group),
            members => group_command(group, members),
        });
    }
    command
        .subcommand(location::command())
        .subcommand(checkout::command())
        .subcommand(loans::borrowed_command())
        .subcommand(loans::return_command())
        .subcommand(stat::command())
        .subcommand(udadmin::command())
        .subcommand(authority::command())
        .subcommand(dsc::command())
        .subcommand(
            Command::new("completions")
                .about("Writes the completion script for a shell.")
                .arg(
                    Arg::new("shell")
                        .required(true)
                        .value_name("SHELL")
                        .value_parser(value_parser!(Shell)),
                ),
        )
}

/// Runs what the user chose.
///
/// # Errors
/// As the chosen command.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let (words, matches) = chosen(matches);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["location"] => location::run(matches).await,
        ["checkout"] => checkout::run(matches).await,
        ["borrowed"] => loans::list(matches).await,
        ["return"] => loans::give_back(matches).await,
        ["stat"] => stat::run(matches).await,
        ["udadmin"] => udadmin::run(matches).await,
        ["authority", task] => authority::run(task, matches),
        ["completions"] => completions(matches),
        words => match operation(&words.join(" ")) {
            Some(operation) => operations::run(operation, matches).await,
            None => Err(Failure::internal(format!("No command {words:?}."))),
        },
    }
}

/// Whether the chosen command is to answer in JSON.
pub(crate) fn wants_json(matches: &ArgMatches) -> bool {
    let (_, matches) = chosen(matches);
    matches
        .try_get_one::<bool>("json")
        .ok()
        .flatten()
        .copied()
        .unwrap_or(false)
}

/// The words of the chosen command, and its own arguments.
fn chosen(mut matches: &ArgMatches) -> (Vec<String>, &ArgMatches) {
    let mut words = Vec::new();
    while let Some((word, inner)) = matches.subcommand() {
        words.push(word.to_owned());
        matches = inner;
    }
    (words, matches)
}

fn operation(words: &str) -> Option<&'static OperationInfo> {
    TABLE.iter().find(|operation| operation.words == words)
}

type Member = (Option<&'static str>, &'static OperationInfo);

/// Operations by their first word.
fn groups() -> BTreeMap<&'static str, Vec<Member>> {
    let mut groups: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for operation in TABLE {
        let (group, member) = match operation.words.split_once(' ') {
            Some((group, member)) => (group, Some(member)),
            None => (operation.words, None),
        };
        groups.entry(group).or_default().push((member, operation));
    }
    groups
}

fn group_command(group: &'static str, members: &[Member]) -> Command {
    let own = members.iter().find(|(member, _)| member.is_none());
    let mut command = match own {
        // The group is a command itself: its arguments belong to it alone.
        Some((_, operation)) => operations::command(operation, group).args_conflicts_with_subcommands(true),
        None => Command::new(group)
            .subcommand_required(true)
            .arg_required_else_help(true),
    };
    let mut words = Vec::new();
    for (member, operation) in members {
        if let Some(word) = member {
            words.push(*word);
            command = command.subcommand(operations::command(operation, word));
        }
    }
    match own {
        Some(_) => command,
        None => command.about(format!("Commands: {}.", words.join(", "))),
    }
}

fn completions(matches: &ArgMatches) -> Result<Exit, Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return Err(Failure::usage(
            "No shell is named.",
            "SHELL",
            "Name one, such as bash or powershell.",
        ));
    };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command(), "licensing", &mut script);
    print::out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
