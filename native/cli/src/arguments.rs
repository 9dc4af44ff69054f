//! Arguments of a command from the fields of its request, and the request from the arguments.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use heck::ToKebabCase;
use jiff::Timestamp;
use jiff::civil::Date;
use licensing_api::OperationInfo;
use licensing_api::schema::{Field, FieldKind};
use serde_json::{Map, Value};

use crate::connection;
use crate::exit::Failure;
use crate::local_file;

/// Adds an argument for every field: required ones by position, the others as `--kebab-case`. An optional field whose
/// option is one of the connection's comes by position, too.
pub(crate) fn add(mut command: Command, operation: &OperationInfo) -> Command {
    for field in operation.request_type().fields {
        for argument in arguments_of(&field) {
            command = command.arg(argument);
        }
    }
    command
}

/// The request that the arguments make.
///
/// # Errors
/// When the file of a secret cannot be read or is empty.
pub(crate) fn request(operation: &OperationInfo, matches: &ArgMatches) -> Result<Value, Failure> {
    let mut request = Map::new();
    for field in operation.request_type().fields {
        if let Some(value) = value_of(&field, matches)? {
            request.insert(field.name, value);
        }
    }
    Ok(Value::Object(request))
}

fn arguments_of(field: &Field) -> Vec<Arg> {
    let kebab = field.name.to_kebab_case();
    let argument = Arg::new(id(&field.name))
        .help(help(field))
        .value_name(kebab.replace('-', "_").to_uppercase());
    let argument = match field.kind {
        FieldKind::Text => argument.value_parser(value_parser!(String)),
        FieldKind::Integer => argument.value_parser(value_parser!(u64)),
        FieldKind::Number => argument.value_parser(value_parser!(f64)),
        // False says something else than leaving it out: `--enabled` and `--enabled=false`.
        FieldKind::Boolean if field.nullable => {
            let argument = argument.value_parser(value_parser!(bool)).long(kebab);
            return vec![
                argument
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true"),
            ];
        }
        FieldKind::Boolean => return vec![argument.long(kebab).action(ArgAction::SetTrue)],
        FieldKind::Instant => argument.value_parser(value_parser!(Timestamp)),
        FieldKind::Date => argument.value_parser(value_parser!(Date)),
        FieldKind::Secret => return secret_arguments(field, &kebab),
        FieldKind::TextList => argument
            .value_parser(value_parser!(String))
            .action(ArgAction::Append),
        FieldKind::Name => argument.value_parser(name_parser(field)).ignore_case(true),
        FieldKind::Nested => argument.value_parser(|text: &str| serde_json::from_str::<Value>(text)),
    };
    if field.required {
        vec![argument.required(true)]
    } else if connection::has_option(&kebab) {
        vec![argument]
    } else {
        vec![argument.long(kebab)]
    }
}

/// A secret never stands on a command line: it is read from a file or from standard input.
fn secret_arguments(field: &Field, kebab: &str) -> Vec<Arg> {
    let file = Arg::new(id(&field.name))
        .long(format!("new-{kebab}-file"))
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .required(field.required)
        .help(format!(
            "{} Read from the first line of this file, - for standard input.",
            field.summary
        ));
    vec![file]
}

/// Names are taken in any case and sent as they are spelled in the contract.
fn name_parser(field: &Field) -> impl TypedValueParser<Value = String> + use<> {
    let names = field.names.clone();
    PossibleValuesParser::new(field.names.clone()).map(move |given| {
        let spelled = names.iter().find(|name| name.eq_ignore_ascii_case(&given));
        spelled.cloned().unwrap_or(given)
    })
}

fn value_of(field: &Field, matches: &ArgMatches) -> Result<Option<Value>, Failure> {
    let id = id(&field.name);
    Ok(match field.kind {
        FieldKind::Text | FieldKind::Name => matches.get_one::<String>(&id).map(|text| text.as_str().into()),
        FieldKind::Integer => matches.get_one::<u64>(&id).map(|number| (*number).into()),
        FieldKind::Number => matches.get_one::<f64>(&id).map(|number| (*number).into()),
        FieldKind::Boolean if field.nullable => matches.get_one::<bool>(&id).map(|yes| (*yes).into()),
        FieldKind::Boolean => matches.get_flag(&id).then_some(true.into()),
        FieldKind::Instant => matches
            .get_one::<Timestamp>(&id)
            .map(|instant| instant.to_string().into()),
        FieldKind::Date => matches.get_one::<Date>(&id).map(|day| day.to_string().into()),
        FieldKind::TextList => matches
            .get_many::<String>(&id)
            .map(|texts| texts.cloned().collect()),
        FieldKind::Nested => matches.get_one::<Value>(&id).cloned(),
        FieldKind::Secret => match matches.get_one::<PathBuf>(&id) {
            Some(path) => Some(local_file::secret(path)?.expose().into()),
            None => None,
        },
    })
}

/// Apart from the ids of the connection's arguments.
fn id(field: &str) -> String {
    format!("field {field}")
}

fn help(field: &Field) -> String {
    field.summary.replace('\n', " ")
}
