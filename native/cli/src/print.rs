//! Answers on standard output: JSON as it came, or tables and records for people.

use std::io::{self, IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use heck::ToSnakeCase;
use jiff::Timestamp;
use licensing_api::OperationInfo;
use licensing_api::column::Column;
use licensing_api::schema::{self, Field, FieldKind};
use serde_json::Value;

use crate::exit::Failure;
use crate::text::plain;

/// Writes to standard output. A reader that went away is no failure: it has seen what it wanted.
///
/// # Errors
/// When standard output cannot be written for another reason, such as a full disk.
pub(crate) fn out(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::internal(format!(
            "Standard output cannot be written: {error}."
        ))),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Tells how it goes, on standard error. That nobody can read it is no failure.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The answer as JSON.
///
/// # Errors
/// As for [`out`].
pub(crate) fn json(answer: &Value) -> Result<(), Failure> {
    out(&format!("{answer:#}\n"))
}

/// The answer for people: a table for a list, a record for one object.
///
/// # Errors
/// As for [`out`].
pub(crate) fn answer(operation: &OperationInfo, answer: &Value) -> Result<(), Failure> {
    let row = operation.row_type();
    if operation.rows {
        let rows = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        out(&list(&row.fields, rows))
    } else {
        out(&record(&shown(&row.fields), answer))
    }
}

fn list(fields: &[Field], rows: &[Value]) -> String {
    if rows.is_empty() {
        return "Nothing matches.\n".to_owned();
    }
    table(&shown(fields), rows)
}

/// A field and how it is called.
type Named<'a> = (&'a Field, String);

/// The fields that have columns, each under its heading; all of them where none has.
fn shown(fields: &[Field]) -> Vec<Named<'_>> {
    let columns = schema::columns(fields);
    if columns.is_empty() {
        return fields.iter().map(|field| (field, title(&field.name))).collect();
    }
    let heading = |field: &Field, column: &Column| title(column.heading.as_ref().unwrap_or(&field.name));
    columns
        .into_iter()
        .map(|(field, column)| (field, heading(field, column)))
        .collect()
}

/// A table with numbers to the right; as wide as the terminal, or as wide as needed when the output goes elsewhere.
fn table(columns: &[Named<'_>], rows: &[Value]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(if io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    table.set_header(columns.iter().map(|(_, head)| head.to_uppercase()));
    for row in rows {
        table.add_row(columns.iter().map(|(field, _)| cell(field, &row[&field.name])));
    }
    for (index, (field, _)) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 2));
            if matches!(field.kind, FieldKind::Integer | FieldKind::Number) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    trimmed(&table)
}

/// One line for each field, lists of objects as tables below.
fn record(fields: &[Named<'_>], object: &Value) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut below = String::new();
    for (field, head) in fields {
        let value = &object[&field.name];
        match (field.kind, value) {
            (FieldKind::Nested, Value::Array(rows)) if rows.is_empty() => {}
            (FieldKind::Nested, Value::Array(rows)) => {
                below.push_str(&format!(
                    "\n{head}:\n{}",
                    self::table(&shown(&field.fields), rows)
                ));
            }
            (FieldKind::Nested, nested) if nested.is_object() => {
                below.push_str(&format!("\n{head}:\n{}", record(&shown(&field.fields), nested)));
            }
            _ => {
                table.add_row([head.clone(), cell(field, value)]);
            }
        }
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    format!("{}{below}", trimmed(&table))
}

fn trimmed(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `licensesInUse` as `Licenses in use`.
fn title(name: &str) -> String {
    let words = name.to_snake_case().replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn cell(field: &Field, value: &Value) -> String {
    match (field.kind, value) {
        (_, Value::Null) => "-".to_owned(),
        (FieldKind::Boolean, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (FieldKind::Instant, Value::String(text)) => instant(text),
        (_, Value::String(text)) => plain(text),
        (_, Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), plain))
            .collect::<Vec<_>>()
            .join(", "),
        (_, other) => plain(&other.to_string()),
    }
}

/// Instants in UTC to the second.
fn instant(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(instant) => instant.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => plain(text),
    }
}
