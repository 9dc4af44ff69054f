//! Why a setting does not take its value, in words: what is expected is said without the types of this program.

use figment::error::{Actual, Kind};

use crate::Description;

const WHOLE_NUMBER: &str = "a whole number";
const TEXT: &str = "a text";

/// The setting with its full name, and why it does not take its value.
pub(crate) fn why_not_taken(error: &figment::Error, description: &Description) -> String {
    let name = error.path.join(".");
    match &error.kind {
        Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
            let wanted = Wanted::of(wanted);
            format!(
                "{name} does not take this value: found {}, expected {}",
                wanted.found(found),
                wanted.within(allowed(description, &error.path))
            )
        }
        Kind::UnknownVariant(found, names) => format!(
            "{name} does not take this value: found {found:?}, expected one of {}",
            names.join(", ")
        ),
        Kind::UnknownField(_, names) => {
            format!(
                "there is no setting {name}; those beside it are {}",
                names.join(", ")
            )
        }
        other if name.is_empty() => other.to_string(),
        other => format!("{name} does not take this value: {other}"),
    }
}

/// What serde expects, such as `u32`, in words.
pub fn in_words(wanted: &str) -> String {
    Wanted::of(wanted).within("")
}

/// The values that a setting takes; empty where every value of its type is, or there is no such setting.
fn allowed(description: &Description, path: &[String]) -> &'static str {
    let Some((name, rest)) = path.split_first() else {
        return "";
    };
    let section = description
        .sections
        .iter()
        .find(|(section, _)| *section == name.as_str());
    if let Some((_, section)) = section {
        return allowed(section, rest);
    }
    let setting = description
        .settings
        .iter()
        .find(|setting| setting.name == name.as_str());
    setting.map_or("", |setting| setting.allowed)
}

/// What is expected of a value.
struct Wanted<'a> {
    /// What it is, in words.
    kind: &'a str,
    /// Which are possible at all; empty: no bounds that matter.
    range: &'static str,
}

impl<'a> Wanted<'a> {
    /// As serde says it.
    fn of(wanted: &'a str) -> Self {
        let (kind, range) = match wanted {
            "u8" => (WHOLE_NUMBER, "0 to 255"),
            "u16" => (WHOLE_NUMBER, "0 to 65535"),
            "u32" => (WHOLE_NUMBER, "0 to 4294967295"),
            "u64" | "usize" => (WHOLE_NUMBER, "0 or more"),
            "i32" | "i64" => (WHOLE_NUMBER, ""),
            "f32" | "f64" => ("a number", ""),
            "a boolean" => ("true or false", ""),
            "a string" | "path string" => (TEXT, ""),
            "a sequence" => ("a list", ""),
            "a map" => ("a table", ""),
            "IP address" => ("an IP address", ""),
            other if other.starts_with("struct ") => ("a section", ""),
            other if other.starts_with("enum ") => (TEXT, ""),
            other => (other, ""),
        };
        Self { kind, range }
    }

    /// With the values that the setting takes, where it says so.
    fn within(&self, allowed: &'static str) -> String {
        let kind = self.kind;
        let range = if allowed.is_empty() { self.range } else { allowed };
        match range {
            "" => kind.to_owned(),
            range if kind == WHOLE_NUMBER && is_range(range) => format!("{kind} from {range}"),
            range => format!("{kind}, {range}"),
        }
    }

    /// What stands there instead. A number in place of a text is not shown: it may be a password without its quotes.
    fn found(&self, found: &Actual) -> String {
        match found {
            Actual::Bool(value) => value.to_string(),
            Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) if self.kind == TEXT => {
                "a number".to_owned()
            }
            Actual::Unsigned(value) => value.to_string(),
            Actual::Signed(value) => value.to_string(),
            Actual::Float(value) => value.to_string(),
            Actual::Char(value) => format!("{value:?}"),
            Actual::Str(value) => format!("{value:?}"),
            Actual::Seq => "a list".to_owned(),
            Actual::Map => "a table".to_owned(),
            other => other.to_string(),
        }
    }
}

/// Whether this is `A to B`, with nothing else behind it.
fn is_range(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(" to ")
        .is_some_and(|(first, last)| is_number(first) && is_number(last))
}
