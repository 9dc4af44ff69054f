//! The commands of the module call operations that exist, and are listed with them.

use std::fs;

use licensing_api::operation::{OperationId, TABLE};

use crate::generated::{module, read};

/// A command of the module: its name and its script.
pub(crate) struct Command {
    pub(crate) name: String,
    script: String,
}

/// All commands, in the order of their names.
pub(crate) fn all() -> Vec<Command> {
    let folder = fs::read_dir(module().join("Public")).expect("the folder of the commands");
    let mut commands: Vec<_> = folder
        .map(|entry| {
            let path = entry.expect("an entry").path();
            Command {
                name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
                script: read(&path),
            }
        })
        .collect();
    commands.sort_by(|one, other| one.name.cmp(&other.name));
    commands
}

impl Command {
    /// Whether it has a name of the Licensing Administration snap-in.
    pub(crate) fn is_of_the_snap_in(&self) -> bool {
        let noun = self.name.split_once('-').map_or("", |(_, noun)| noun);
        noun.starts_with("Lic") && !noun.starts_with("License")
    }

    /// Whether it is for Insight Services.
    fn is_of_insight(&self) -> bool {
        self.name.contains("-Insight")
    }

    /// The first sentence of its help.
    pub(crate) fn synopsis(&self) -> &str {
        self.script
            .split_once(".SYNOPSIS\n")
            .and_then(|(_, rest)| rest.lines().next())
            .unwrap_or_default()
            .trim()
    }

    /// The operations that it calls.
    pub(crate) fn operations(&self) -> Vec<&str> {
        self.script
            .split("-Operation ")
            .skip(1)
            .filter_map(|rest| rest.trim_start().strip_prefix('\''))
            .filter_map(|rest| rest.split('\'').next())
            .collect()
    }

    /// Its script, and those of the functions of the module that it calls.
    pub(crate) fn scripts(&self) -> Vec<String> {
        let folder = fs::read_dir(module().join("Private")).expect("the folder of the functions");
        let called = folder
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| {
                let name = path.file_stem().expect("a name").to_string_lossy();
                self.script.contains(&format!("{name} "))
            })
            .map(|path| read(&path));
        std::iter::once(self.script.clone()).chain(called).collect()
    }

    /// The types of the contract that it says it returns.
    fn output_types(&self) -> Vec<&str> {
        self.script
            .split("[OutputType(")
            .skip(1)
            .filter_map(|rest| rest.split(")]").next())
            .flat_map(|types| types.split(','))
            .filter_map(|name| {
                name.trim()
                    .trim_matches(['\'', '"'])
                    .strip_prefix("LicensingAdmin.")
            })
            .collect()
    }
}

/// The names that the manifest exports: those of the module first, those of the snap-in after them.
pub(crate) fn exported() -> Vec<String> {
    let (snap_in, own): (Vec<_>, Vec<_>) = all().into_iter().partition(Command::is_of_the_snap_in);
    own.into_iter()
        .chain(snap_in)
        .map(|command| command.name)
        .collect()
}

/// The part of the about topic that lists the commands.
pub(crate) fn topic() -> String {
    let (snap_in, own): (Vec<_>, Vec<_>) = all().into_iter().partition(Command::is_of_the_snap_in);
    let (insight, own): (Vec<_>, Vec<_>) = own.into_iter().partition(Command::is_of_insight);
    let lines = |commands: &[Command]| {
        commands
            .iter()
            .map(|command| format!("        {:<30} {}\n", command.name, command.synopsis()))
            .collect::<String>()
    };
    format!(
        "    The License commands work with sessions (about_Licensing_Sessions), take and give objects in pipelines, and have\n    \
         -WhatIf, wildcards and completion:\n\n{}\n    \
         The Insight commands are for the administrators of Insight Services, which look over many license servers, and have\n    \
         sessions of their own (about_Licensing_Insight):\n\n{}\n    \
         The Lic commands have the names, parameters and results of the Licensing Administration snap-in, so that scripts\n    \
         written for it run unchanged. Each takes the address of the server instead of a session:\n\n{}\n",
        lines(&own),
        lines(&insight),
        lines(&snap_in)
    )
}

#[test]
fn every_command_calls_operations_of_the_table_that_list_it() {
    for command in all() {
        for name in command.operations() {
            let operation = OperationId::from_name(name)
                .unwrap_or_else(|| panic!("{}: there is no operation {name}", command.name));
            // A command that changes something may look first.
            assert!(
                operation.info().cmdlets.contains(&command.name.as_str())
                    || !command.name.starts_with("Get-"),
                "{}: the entry of {name} does not list it",
                command.name
            );
        }
    }
}

#[test]
fn every_command_of_the_table_exists_and_says_what_it_returns() {
    let commands = all();
    for info in TABLE {
        for name in info.cmdlets {
            let command = commands
                .iter()
                .find(|command| command.name == *name)
                .unwrap_or_else(|| panic!("{}: there is no command {name}", info.name));
            assert!(!command.synopsis().is_empty(), "{name} has no synopsis");
            let called = command.operations();
            assert!(
                called.is_empty() || called.contains(&info.name),
                "{name} does not call {} but {called:?}",
                info.name
            );
            let row = info.row_type().name;
            assert!(
                command.is_of_the_snap_in()
                    || command.output_types().is_empty()
                    || command.output_types().contains(&row.as_str()),
                "{name}: its OutputType is not LicensingAdmin.{row} but {:?}",
                command.output_types()
            );
        }
    }
}

#[test]
fn every_command_that_lists_says_what_it_returns() {
    for info in TABLE.iter().filter(|info| info.rows) {
        for name in info.cmdlets.iter().filter(|name| name.starts_with("Get-License")) {
            let commands = all();
            let command = commands.iter().find(|command| command.name == *name);
            assert!(
                command.is_some_and(|command| !command.output_types().is_empty()),
                "{name} has no OutputType"
            );
        }
    }
}
