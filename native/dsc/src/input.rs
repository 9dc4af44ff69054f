//! Reads the state that is desired.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_api::schema::{Field, FieldKind};
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::WipedJson;
use serde_json::{Map, Value};

use crate::connection::{self, ConnectionProperties};
use crate::description::{EXIST, Property, Resource, Role};

/// Largest input that is read, in bytes: a license file in base64 with room around it.
pub const MAX_INPUT_BYTES: usize = 24 * 1024 * 1024;

/// Properties that Microsoft DSC adds to those of a resource; they say nothing about the state of a license server.
const ADDED: [&str; 5] = [
    "_inDesiredState",
    "_metadata",
    "_name",
    "_restartRequired",
    "_securityContext",
];

/// The state that is desired of one instance. Secrets are held apart, so that nothing that shows it can show them.
#[derive(Debug, Clone)]
pub struct Desired {
    /// Whether the instance is to exist.
    pub exist: bool,
    /// The properties that were given, but for secrets and paths.
    pub values: Map<String, Value>,
    /// Which server it is about.
    pub connection: ConnectionProperties,
    pub(crate) secrets: BTreeMap<&'static str, Secret>,
    pub(crate) paths: BTreeMap<&'static str, PathBuf>,
    /// The bytes of a local file in base64, as they were given.
    pub(crate) content: Option<String>,
}

impl Desired {
    /// Reads JSON; nothing at all is as good as an empty object. What an error says never repeats a value, which might be a
    /// secret.
    ///
    /// # Errors
    /// `InvalidRequest` when it is no object of properties that the resource has.
    pub fn parse(resource: &Resource, json: &[u8]) -> Result<Self, Problem> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        if json.trim_ascii().is_empty() {
            return Self::read(resource, &Map::new());
        }
        let value: Value = serde_json::from_slice(json).map_err(|error| {
            let detail = format!(
                "The input is no valid JSON: it fails in line {}, column {}.",
                error.line(),
                error.column()
            );
            Problem::new(ErrorCode::InvalidRequest, detail).about(resource.name)
        })?;
        let value = WipedJson::new(value);
        match value.get() {
            Value::Object(properties) => Self::read(resource, properties),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(
                Problem::new(ErrorCode::InvalidRequest, "The input has to be one JSON object.")
                    .about(resource.name),
            ),
        }
    }

    fn read(resource: &Resource, properties: &Map<String, Value>) -> Result<Self, Problem> {
        let mut desired = Self {
            exist: true,
            values: Map::new(),
            connection: ConnectionProperties::default(),
            secrets: BTreeMap::new(),
            paths: BTreeMap::new(),
            content: None,
        };
        let fields = resource.fields();
        for (name, value) in properties {
            if value.is_null() || ADDED.iter().any(|added| added.eq_ignore_ascii_case(name)) {
                continue;
            }
            if name.eq_ignore_ascii_case(EXIST) {
                desired.exist = value.as_bool().ok_or_else(|| wrong(name, "true or false"))?;
                if !desired.exist && !resource.is_list() {
                    return Err(Problem::new(
                        ErrorCode::InvalidRequest,
                        format!("A license server always has {}.", resource.noun),
                    )
                    .about(EXIST));
                }
            } else if let Some(name) = ConnectionProperties::named(name) {
                desired.connection.set(name, value)?;
            } else {
                let (property, field) = fields
                    .iter()
                    .find(|(property, _)| property.name.eq_ignore_ascii_case(name))
                    .ok_or_else(|| unknown(resource, name))?;
                desired.take(property, field, value)?;
            }
        }
        Ok(desired)
    }

    /// Refuses what does not name one instance.
    ///
    /// # Errors
    /// `InvalidRequest` when a key is missing.
    pub(crate) fn require_keys(&self, resource: &Resource) -> Result<(), Problem> {
        match resource.keys().find(|key| !self.values.contains_key(key.name)) {
            None => Ok(()),
            Some(key) => Err(
                Problem::new(ErrorCode::InvalidRequest, format!("{} is missing.", key.name))
                    .about(key.name)
                    .advise(format!(
                        "Give {}: it says which {} is meant.",
                        key.name,
                        bare(resource.noun)
                    )),
            ),
        }
    }

    fn take(&mut self, property: &'static Property, field: &Field, value: &Value) -> Result<(), Problem> {
        match property.role {
            Role::Secret { .. } => {
                self.secrets.insert(property.name, secret(property.name, value)?);
            }
            Role::LocalFile { .. }
            | Role::LocalText { .. }
            | Role::SentFile
            | Role::KeyedFile { .. }
            | Role::SecretFile { .. } => {
                let path = PathBuf::from(text(property.name, value)?);
                if !path.is_absolute() {
                    return Err(wrong(
                        property.name,
                        "an absolute path, because the current folder is not that of its author",
                    ));
                }
                self.paths.insert(property.name, path);
            }
            Role::Content { .. } => self.content = Some(text(property.name, value)?.to_owned()),
            Role::Key | Role::Setting | Role::Fixed | Role::Once | Role::ReadOnly => {
                let value = checked(field, value)?;
                if let Some((least, greatest)) = property.bounds
                    && !value
                        .as_i64()
                        .is_some_and(|number| (least..=greatest).contains(&number))
                {
                    let wanted = format!("a whole number from {least} to {greatest}");
                    return Err(wrong(property.name, &wanted));
                }
                if property.role == Role::Key && value == "" {
                    return Err(wrong(property.name, "a text that is not empty"));
                }
                self.values.insert(property.name.to_owned(), value);
            }
        }
        Ok(())
    }
}

fn bare(noun: &str) -> &str {
    noun.strip_prefix("the ").unwrap_or(noun)
}

fn wrong(name: &str, wanted: &str) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, format!("{name} has to be {wanted}.")).about(name)
}

fn unknown(resource: &Resource, name: &str) -> Problem {
    let names: Vec<&str> = resource.properties.iter().map(|property| property.name).collect();
    let shown: String = name.chars().filter(|char| !char.is_control()).take(100).collect();
    Problem::new(
        ErrorCode::InvalidRequest,
        format!("{} has no property {shown}.", resource.name),
    )
    .about(shown)
    .advise(format!("Use one of {}.", names.join(", ")))
}

fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Problem> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| wrong(name, "a text"))
}

/// A secret as text, as Microsoft DSC passes a secure string, or by naming the file or the variable that holds it.
fn secret(name: &str, value: &Value) -> Result<Secret, Problem> {
    let wanted = || {
        wrong(
            name,
            "a text, or an object with secureString, file or environment",
        )
    };
    match value {
        Value::String(text) if !text.is_empty() => Ok(Secret::new(text)),
        Value::Object(object) if object.len() == 1 => {
            let held = |key: &str| {
                object
                    .get(key)
                    .and_then(Value::as_str)
                    .filter(|text| !text.is_empty())
            };
            if let Some(text) = held("secureString") {
                Ok(Secret::new(text))
            } else if let Some(path) = held("file") {
                connection::secret(path.as_ref())
            } else if let Some(variable) = held("environment") {
                std::env::var(variable)
                    .ok()
                    .filter(|text| !text.is_empty())
                    .map(Secret::new)
                    .ok_or_else(|| wrong(name, &format!("in the variable {variable}, which is not set")))
            } else {
                Err(wanted())
            }
        }
        _ => Err(wanted()),
    }
}

/// The value in the form of the contract.
fn checked(field: &Field, value: &Value) -> Result<Value, Problem> {
    let name = field.name.as_str();
    let is_text = |fits: fn(&str) -> bool| value.as_str().is_some_and(fits);
    match field.kind {
        FieldKind::Text if value.is_string() => Ok(value.clone()),
        FieldKind::Text => Err(wrong(name, "a text")),
        FieldKind::Integer if value.is_u64() || value.is_i64() => Ok(value.clone()),
        FieldKind::Integer => Err(wrong(name, "a whole number")),
        FieldKind::Number if value.is_number() => Ok(value.clone()),
        FieldKind::Number => Err(wrong(name, "a number")),
        FieldKind::Boolean if value.is_boolean() => Ok(value.clone()),
        FieldKind::Boolean => Err(wrong(name, "true or false")),
        FieldKind::Instant if is_text(|text| text.parse::<Timestamp>().is_ok()) => Ok(value.clone()),
        FieldKind::Instant => Err(wrong(name, "an instant such as 2030-01-31T12:00:00Z")),
        FieldKind::Date if is_text(|text| text.parse::<Date>().is_ok()) => Ok(value.clone()),
        FieldKind::Date => Err(wrong(name, "a day such as 2030-01-31")),
        FieldKind::Name => spelled(field, value)
            .map(|name| Value::String(name.to_owned()))
            .ok_or_else(|| wrong(name, &format!("one of {}", field.names.join(", ")))),
        FieldKind::TextList => texts(value).ok_or_else(|| wrong(name, "a list of texts")),
        FieldKind::Nested => Ok(value.clone()),
        FieldKind::Secret => Err(wrong(name, "left out")),
    }
}

/// Names are taken in any case and passed on as they are spelled in the contract.
fn spelled<'a>(field: &'a Field, value: &Value) -> Option<&'a str> {
    let given = value.as_str()?;
    field
        .names
        .iter()
        .find(|name| name.eq_ignore_ascii_case(given))
        .map(String::as_str)
}

fn texts(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(Value::Array(vec![value.clone()])),
        Value::Array(items) if items.iter().all(Value::is_string) => Some(value.clone()),
        _ => None,
    }
}
