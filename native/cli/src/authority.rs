//! The issuer's side: keys and signed license files, without any server.

mod init;
mod issue;
mod new_file;

use clap::{ArgMatches, Command};

use crate::exit::{Exit, Failure};
use crate::operations;

/// The commands with their arguments.
pub(crate) fn command() -> Command {
    Command::new("authority")
        .about("Creates issuer keys and signs license files. Commands: init, issue.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(operations::with_json(init::command()))
        .subcommand(operations::with_json(issue::command()))
}

/// Runs one of them.
///
/// # Errors
/// As the command.
pub(crate) fn run(task: &str, matches: &ArgMatches) -> Result<Exit, Failure> {
    match task {
        "init" => init::run(matches),
        "issue" => issue::run(matches),
        other => Err(Failure::internal(format!("No command authority {other:?}."))),
    }
}
