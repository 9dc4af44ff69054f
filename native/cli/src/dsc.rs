//! `licensing dsc`: the resources of this license server for Microsoft DSC, and for every tool that can start a command.
//!
//! Standard output carries JSON alone. What is said beside it are lines of JSON on standard error, each with its level.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::Timestamp;
use licensing_client::AdminClient;
use licensing_dsc::manifest::{file_name, manifest};
use licensing_dsc::schema::schema;
use licensing_dsc::{Desired, Engine, MAX_INPUT_BYTES, PREFIX, RESOURCES, Report, Resource, find};
use licensing_files::{Existing, Readers, durable};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};
use crate::{connection, local_file, print};

/// The word that stands before these commands.
pub(crate) const WORD: &str = "dsc";

const RESOURCE: &str = "resource";
const INPUT: &str = "input";
const WHAT_IF: &str = "what-if";
const FOLDER: &str = "folder";

/// What the exit codes mean, for manifests.
const EXIT_CODES: &[(u8, &str)] = &[
    (0, "Success"),
    (1, "The license server refused it, or it failed"),
    (2, "The input or the command line is wrong; nothing was changed"),
    (
        3,
        "The license server cannot be reached, did not answer in time, or is not understood",
    ),
    (4, "The certificate of the license server is not the trusted one"),
    (5, "Credentials are missing, wrong, or do not suffice"),
    (130, "Interrupted"),
];

/// The commands.
pub(crate) fn command() -> Command {
    let about = "Resources for Microsoft DSC: get, test, set, delete and export the desired state of a license server.";
    Command::new(WORD)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_state("get", "Shows an instance of a resource."))
        .subcommand(with_state(
            "test",
            "Compares an instance with the desired state: the state, and an array of what differs.",
        ))
        .subcommand(with_what_if(with_state(
            "set",
            "Brings an instance into the desired state: the state then, and an array of what differed.",
        )))
        .subcommand(with_what_if(with_state("delete", "Removes an instance.")))
        .subcommand(with_state("export", "Shows all instances, one on each line."))
        .subcommand(Command::new("list").about("Lists the resources."))
        .subcommand(
            Command::new("schema")
                .about("Writes the JSON schema of a resource.")
                .arg(resource_argument().required(true)),
        )
        .subcommand(
            Command::new("manifest")
                .about("Writes the manifest of a resource, or the files of all manifests into a folder.")
                .arg(resource_argument().required_unless_present(FOLDER))
                .arg(
                    Arg::new(FOLDER)
                        .long(FOLDER)
                        .value_name("FOLDER")
                        .value_parser(value_parser!(PathBuf))
                        .conflicts_with(RESOURCE)
                        .help("Folder for one file for each resource; that of this program lets Microsoft DSC find them"),
                ),
        )
}

fn with_state(word: &'static str, about: &'static str) -> Command {
    let command = Command::new(word)
        .about(about)
        .arg(resource_argument().required(true))
        .arg(
            Arg::new(INPUT)
                .long(INPUT)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .default_value("-")
                .help("Properties of the instance as JSON, - for standard input"),
        );
    connection::add(command)
}

fn with_what_if(command: Command) -> Command {
    command.arg(
        Arg::new(WHAT_IF)
            .long(WHAT_IF)
            .action(ArgAction::SetTrue)
            .help("Change nothing, and say what would be done"),
    )
}

fn resource_argument() -> Arg {
    Arg::new(RESOURCE)
        .value_name("RESOURCE")
        .value_parser(|name: &str| find(name).ok_or_else(|| format!("one of {}", resource_names())))
        .help("Name of the resource, such as LicensingAdmin/Token")
}

fn resource_names() -> String {
    RESOURCES
        .iter()
        .map(|resource| format!("{PREFIX}{}", resource.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Runs the command line, which begins with [`WORD`].
pub(crate) fn main() -> ExitCode {
    let root = Command::new("licensing")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand(command());
    let matches = match root.try_get_matches() {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => {
            log("error", error.render().to_string().trim_end());
            return Exit::Usage.into();
        }
        // Help is for people.
        Err(error) => return error.print().map_or(Exit::Failed, |()| Exit::Success).into(),
    };
    match matches.subcommand_matches(WORD).and_then(ArgMatches::subcommand) {
        Some((verb, matches)) => match run(verb, matches) {
            Ok(()) => Exit::Success.into(),
            Err(failure) => {
                let (text, exit) = failure.in_one_line();
                log("error", &text);
                exit.into()
            }
        },
        None => Exit::Usage.into(),
    }
}

fn run(verb: &str, matches: &ArgMatches) -> Result<(), Failure> {
    match verb {
        "list" => RESOURCES.iter().try_for_each(|resource| {
            let name = format!("{PREFIX}{}", resource.name);
            line(&json!({ "type": name, "description": resource.summary }))
        }),
        "schema" => print::json(&schema(chosen(matches)?)),
        "manifest" => match matches.get_one::<PathBuf>(FOLDER) {
            Some(folder) => write_manifests(folder),
            None => print::json(&manifest(chosen(matches)?, EXIT_CODES)),
        },
        verb => {
            let resource = chosen(matches)?;
            let desired = desired(verb, resource, matches)?;
            let client = client(&desired, matches)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| Failure::internal(format!("No threads to work with: {error}.")))?;
            runtime.block_on(carry_out(verb, resource, desired, &client, matches))
        }
    }
}

fn chosen(matches: &ArgMatches) -> Result<&'static Resource, Failure> {
    matches
        .get_one::<&'static Resource>(RESOURCE)
        .copied()
        .ok_or_else(|| {
            Failure::usage(
                "No resource is named.",
                "RESOURCE",
                format!("Name one of {}.", resource_names()),
            )
        })
}

/// The desired state. A terminal is not waited for: without an input there are no properties.
fn desired(verb: &str, resource: &Resource, matches: &ArgMatches) -> Result<Desired, Failure> {
    let standard = Path::new("-");
    let path = matches
        .get_one::<PathBuf>(INPUT)
        .map_or(standard, PathBuf::as_path);
    let is_standard = path == standard;
    let is_named = matches.value_source(INPUT) == Some(clap::parser::ValueSource::CommandLine);
    // Microsoft DSC gives an export no input, and leaves its own open.
    let is_left_out = is_standard && !is_named && (verb == "export" || io::stdin().is_terminal());
    if is_left_out {
        return Ok(Desired::parse(resource, b"")?);
    }
    if is_standard && connection::takes_standard_input(matches) {
        return Err(Failure::usage(
            "Properties and secret cannot both be read from standard input.",
            "--input",
            "Give the properties with --input FILE, or the secret in a file.",
        ));
    }
    let bytes = Zeroizing::new(local_file::bytes(path, MAX_INPUT_BYTES)?);
    Ok(Desired::parse(resource, &bytes)?)
}

fn client(desired: &Desired, matches: &ArgMatches) -> Result<AdminClient, Failure> {
    let address = match &desired.connection.server {
        Some(server) => server.parse()?,
        None => connection::address(matches)?,
    };
    let options = connection::options_at(address, matches)?;
    Ok(AdminClient::connect(desired.connection.apply(options)?)?)
}

async fn carry_out(
    verb: &str,
    resource: &'static Resource,
    desired: Desired,
    client: &AdminClient,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let engine = Engine::new(resource, client, Timestamp::now());
    match verb {
        "get" => line(&Value::Object(engine.get(&desired).await?)),
        "export" => engine
            .export(&desired)
            .await?
            .into_iter()
            .try_for_each(|state| line(&Value::Object(state))),
        "test" => {
            let report = engine.test(desired).await?;
            tell(
                report
                    .differences
                    .iter()
                    .map(|difference| difference.reason.as_str()),
            );
            let mut state = report.after.clone();
            state.insert("_inDesiredState".to_owned(), report.in_desired_state.into());
            if !report.in_desired_state {
                state.insert("_metadata".to_owned(), json!({ "reasons": reasons(&report) }));
            }
            state_and_difference(state, &report)
        }
        verb => {
            let what_if = matches.get_flag(WHAT_IF);
            let report = if verb == "delete" {
                engine.delete(desired, what_if).await?
            } else {
                engine.set(desired, what_if).await?
            };
            changed(verb, &report, what_if)
        }
    }
}

fn changed(verb: &str, report: &Report, what_if: bool) -> Result<(), Failure> {
    let mut state = report.after.clone();
    if what_if {
        let steps: Vec<String> = report.steps.iter().map(|step| would(step)).collect();
        tell(steps.iter().map(String::as_str));
        state.insert("_metadata".to_owned(), json!({ "whatIf": steps }));
    } else {
        tell(report.steps.iter().map(String::as_str));
    }
    match (verb, what_if) {
        ("delete", false) => Ok(()),
        ("delete", true) => line(&json!({ "_metadata": state["_metadata"] })),
        _ => state_and_difference(state, report),
    }
}

/// What a step would do: `Make the token x.` is `Would make the token x.`
fn would(step: &str) -> String {
    let mut letters = step.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    format!("Would {first}{}", letters.as_str())
}

fn reasons(report: &Report) -> Vec<&str> {
    report
        .differences
        .iter()
        .map(|difference| difference.reason.as_str())
        .collect()
}

fn state_and_difference(state: Map<String, Value>, report: &Report) -> Result<(), Failure> {
    line(&Value::Object(state))?;
    let names: Vec<&str> = report
        .differences
        .iter()
        .map(|difference| difference.property.as_str())
        .collect();
    line(&json!(names))
}

fn write_manifests(folder: &Path) -> Result<(), Failure> {
    for resource in RESOURCES {
        let path = folder.join(file_name(resource));
        let text = format!("{:#}\n", manifest(resource, EXIT_CODES));
        durable::write(&path, text.as_bytes(), Readers::Usual, Existing::Replace)
            .map_err(|error| local_file::unwritable(&path, &error))?;
    }
    Ok(())
}

fn line(value: &Value) -> Result<(), Failure> {
    print::out(&format!("{value}\n"))
}

fn tell<'a>(texts: impl Iterator<Item = &'a str>) {
    texts.for_each(|text| log("info", text));
}

fn log(level: &str, text: &str) {
    print::note(&json!({ level: text }).to_string());
}
