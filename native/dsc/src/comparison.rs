//! How the state that is desired and the one that was read differ, and why, in words.

use licensing_api::management::{kept_destination, time_of_day};
use licensing_api::names::language;
use licensing_client::CertHash;
use serde_json::{Map, Value};

use crate::account;
use crate::description::{Compare, EXIST, Property, Resource, Role};
use crate::input::Desired;
use crate::rows::Row;

/// Longest value that is repeated in a reason, in characters.
const LONGEST: usize = 200;

/// A property that is not as desired.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Name of the property.
    pub property: String,
    /// In words: what it is, and what it should be.
    pub reason: String,
}

impl Difference {
    fn new(property: &str, reason: String) -> Self {
        Self {
            property: property.to_owned(),
            reason,
        }
    }
}

/// What is compared with what.
pub(crate) struct Comparison<'a> {
    pub(crate) resource: &'static Resource,
    pub(crate) desired: &'a Desired,
    /// Name of the server, for the comparison of accounts.
    pub(crate) server: &'a str,
}

impl Comparison<'_> {
    /// All differences, in the order of the properties.
    pub(crate) fn differences(&self, actual: Option<&Row>) -> Vec<Difference> {
        match (self.desired.exist, actual) {
            (false, None) => Vec::new(),
            (false, Some(_)) => vec![self.existence("exists and should not")],
            (true, None) => vec![self.existence("does not exist and should")],
            (true, Some(row)) => self
                .resource
                .properties
                .iter()
                .filter_map(|property| self.difference(property, row))
                .collect(),
        }
    }

    fn existence(&self, what: &str) -> Difference {
        let noun = self.resource.noun;
        let mut letters = noun.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        let keys = keys(self.resource, &self.desired.values);
        Difference::new(EXIST, format!("{first}{} {keys} {what}.", letters.as_str()))
    }

    fn difference(&self, property: &Property, row: &Row) -> Option<Difference> {
        let name = property.name;
        match property.role {
            Role::Key
            | Role::Once
            | Role::LocalFile { .. }
            | Role::LocalText { .. }
            | Role::SentFile
            | Role::KeyedFile { .. }
            | Role::Content { .. }
            | Role::SecretFile { .. } => None,
            Role::Secret { shown_by } => {
                let is_there = !matches!(row.field(shown_by), Value::Null | Value::Bool(false));
                (self.desired.secrets.contains_key(name) && !is_there)
                    .then(|| Difference::new(name, format!("{name} is not set and should be.")))
            }
            Role::Setting | Role::Fixed | Role::ReadOnly => {
                let wanted = self.desired.values.get(name)?;
                let found = row.field(property.row_field()?);
                if self.are_same(property, wanted, found) {
                    return None;
                }
                if property.compare == Compare::Lines {
                    let line = first_other_line(found, wanted);
                    return Some(Difference::new(
                        name,
                        format!("{name} is not as it should be from line {line} on."),
                    ));
                }
                let reason = match (words(found), words(wanted)) {
                    (None, Some(wanted)) => format!("{name} is not set and should be {wanted}."),
                    (Some(found), None) => format!("{name} is {found} and should not be set."),
                    (found, wanted) => format!(
                        "{name} is {} and should be {}.",
                        found.unwrap_or_default(),
                        wanted.unwrap_or_default()
                    ),
                };
                Some(Difference::new(name, reason))
            }
        }
    }

    /// Whether a row is of the instance that the keys name.
    pub(crate) fn is_meant(&self, row: &Row) -> bool {
        self.resource.keys().all(|key| {
            let found = key.row_field().map_or(&Value::Null, |field| row.field(field));
            self.desired
                .values
                .get(key.name)
                .is_some_and(|wanted| self.are_same(key, wanted, found))
        })
    }

    /// Whether a row has all values that are given; the filter of an export.
    pub(crate) fn passes(&self, row: &Row) -> bool {
        self.resource.properties.iter().all(|property| {
            let wanted = self.desired.values.get(property.name);
            match (wanted, property.row_field()) {
                (Some(wanted), Some(field)) => self.are_same(property, wanted, row.field(field)),
                (Some(_), None) | (None, _) => true,
            }
        })
    }

    fn are_same(&self, property: &Property, one: &Value, other: &Value) -> bool {
        if is_nothing(one) && is_nothing(other) {
            return true;
        }
        match (property.compare, one, other) {
            (Compare::IgnoreCase, Value::String(one), Value::String(other)) => {
                one.to_lowercase() == other.to_lowercase()
            }
            (Compare::Hash, Value::String(one), Value::String(other)) => is_same_hash(one, other),
            (Compare::Account, Value::String(one), Value::String(other)) => {
                account::canonical(one, self.server) == account::canonical(other, self.server)
            }
            (Compare::Destination, Value::String(one), Value::String(other)) => {
                kept_destination(one) == kept_destination(other)
            }
            (Compare::TimeOfDay, Value::String(one), Value::String(other)) => is_same_time(one, other),
            (Compare::Language, Value::String(one), Value::String(other)) => {
                language(one).eq_ignore_ascii_case(language(other))
            }
            (Compare::Lines, Value::String(one), Value::String(other)) => lines(one).eq(lines(other)),
            (Compare::Members, Value::Array(one), Value::Array(other)) => {
                one.len() == other.len()
                    && one.iter().all(|member| other.contains(member))
                    && other.iter().all(|member| one.contains(member))
            }
            _ => one == other,
        }
    }
}

/// Whether two texts are one SHA-256 hash, as the server takes it: in either case, with or without what separates bytes.
pub(crate) fn is_same_hash(one: &str, other: &str) -> bool {
    match (one.parse::<CertHash>(), other.parse::<CertHash>()) {
        (Ok(one), Ok(other)) => one == other,
        (Ok(_), Err(_)) | (Err(_), _) => one.to_lowercase() == other.to_lowercase(),
    }
}

/// Whether two texts say one time of day. What says none is the same as itself alone.
fn is_same_time(one: &str, other: &str) -> bool {
    match (time_of_day(one), time_of_day(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Ok(_), Err(_)) | (Err(_), _) => one == other,
    }
}

/// The lines of a text, without blanks at their ends and blank lines after them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().lines().map(str::trim_end)
}

/// The number of the first line in which two texts differ, counted from 1.
fn first_other_line(one: &Value, other: &Value) -> usize {
    let same = lines(one.as_str().unwrap_or_default())
        .zip(lines(other.as_str().unwrap_or_default()))
        .take_while(|(one, other)| one == other);
    same.count() + 1
}

/// An empty text or list is as good as none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// A value in a sentence; none for nothing.
pub(crate) fn words(value: &Value) -> Option<String> {
    if is_nothing(value) {
        return None;
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::Array(items) => items.iter().filter_map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let mut shown: String = text
        .chars()
        .filter(|char| !char.is_control())
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    Some(shown)
}

/// The keys of an instance in a sentence.
pub(crate) fn keys(resource: &Resource, values: &Map<String, Value>) -> String {
    resource
        .keys()
        .filter_map(|key| words(values.get(key.name)?))
        .collect::<Vec<_>>()
        .join(" ")
}
