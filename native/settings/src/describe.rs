//! Settings in words: the template of a configuration file, and the table of the documentation.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::Applies;

/// A setting in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name within its section.
    pub name: &'static str,
    /// Default, as TOML writes it.
    pub default: String,
    /// What the documentation shows instead of a default that depends on the machine; empty: the default.
    pub shown: &'static str,
    /// When a change takes effect.
    pub applies: Applies,
    /// What it means.
    pub meaning: &'static str,
    /// Which values are allowed; empty: all of its type.
    pub allowed: &'static str,
    /// Whether it names a file, as every setting that is a path does.
    pub names_file: bool,
}

/// A section in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What it is about.
    pub about: &'static str,
    /// Its settings, in the order of their declaration.
    pub settings: Vec<Setting>,
    /// Sections within it, with their names.
    pub sections: Vec<(&'static str, Description)>,
}

/// Columns of a comment.
const WIDTH: usize = 100;

/// A configuration file: settings with a value in `written` (by their full names, as TOML) stand there with it, all others as
/// comments with their defaults.
pub fn template(head: &str, description: &Description, written: &BTreeMap<&str, String>) -> String {
    let mut text = format!("{}\n", comment(head));
    section(&mut text, "", description, written);
    text
}

fn section(text: &mut String, name: &str, description: &Description, written: &BTreeMap<&str, String>) {
    if !name.is_empty() {
        let _ = write!(text, "\n{}[{name}]\n", comment(description.about));
    }
    for setting in &description.settings {
        let full = full_name(name, setting.name);
        let mut meaning = setting.meaning.to_owned();
        if !setting.allowed.is_empty() {
            let _ = write!(meaning, " Allowed: {}.", setting.allowed);
        }
        text.push_str(&comment(&meaning));
        let _ = match written.get(full.as_str()) {
            Some(value) => writeln!(text, "{} = {value}", setting.name),
            None => writeln!(text, "#{} = {}", setting.name, setting.default),
        };
    }
    for (nested, description) in &description.sections {
        section(text, &full_name(name, nested), description, written);
    }
}

/// The tables of the documentation, one for each section, in Markdown.
pub fn reference(description: &Description) -> String {
    let mut text = String::new();
    tables(&mut text, "", description, Columns::WithChange);
    text
}

/// As [`reference()`], of a program that reads its settings at its start alone: nothing is said of when a change takes effect.
pub fn reference_at_start(description: &Description) -> String {
    let mut text = String::new();
    tables(&mut text, "", description, Columns::WithoutChange);
    text
}

/// Whether a table has the column that says when a change takes effect.
#[derive(Debug, Clone, Copy)]
enum Columns {
    WithChange,
    WithoutChange,
}

impl Columns {
    fn head(self) -> &'static str {
        match self {
            Self::WithChange => "| setting | default | change | meaning |\n| --- | --- | --- | --- |\n",
            Self::WithoutChange => "| setting | default | meaning |\n| --- | --- | --- |\n",
        }
    }

    fn change(self, applies: Applies) -> &'static str {
        match (self, applies) {
            (Self::WithChange, Applies::AtOnce) => " at once |",
            (Self::WithChange, Applies::AfterRestart) => " restart |",
            (Self::WithoutChange, Applies::AtOnce | Applies::AfterRestart) => "",
        }
    }
}

fn tables(text: &mut String, name: &str, description: &Description, columns: Columns) {
    let title = if name.is_empty() {
        "Without a section".to_owned()
    } else {
        format!("`[{name}]`")
    };
    let _ = write!(text, "\n## {title}\n\n{}\n\n", description.about);
    text.push_str(columns.head());
    for setting in &description.settings {
        let default = match setting.shown {
            "" => format!("`{}`", setting.default),
            shown => shown.to_owned(),
        };
        let change = columns.change(setting.applies);
        let allowed = match setting.allowed {
            "" => String::new(),
            allowed => format!(" Allowed: {allowed}."),
        };
        let _ = writeln!(
            text,
            "| `{}` | {default} |{change} {}{} |",
            full_name(name, setting.name),
            setting.meaning.replace('|', "\\|"),
            allowed.replace('|', "\\|"),
        );
    }
    for (nested, description) in &description.sections {
        tables(text, &full_name(name, nested), description, columns);
    }
}

fn full_name(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

fn comment(text: &str) -> String {
    text.lines()
        .flat_map(|line| textwrap::wrap(line, WIDTH))
        .map(|line| format!("# {line}\n"))
        .collect()
}
