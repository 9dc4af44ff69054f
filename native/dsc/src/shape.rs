//! Makes instances of rows that are not instances themselves.

use serde_json::{Map, Value};

use crate::description::{Read, Shape};
use crate::rows::Row;

/// The instances that the rows of a list tell.
pub(crate) fn instances(read: &Read, items: Vec<Map<String, Value>>) -> Vec<Row> {
    let Shape::Lines {
        key,
        line,
        into,
        none,
    } = read.shape
    else {
        return items.into_iter().map(Row::new).collect();
    };
    let mut texts: Vec<(Value, String)> = Vec::new();
    for item in &items {
        let name = item.get(key).cloned().unwrap_or_default();
        let text = item.get(line).and_then(Value::as_str).unwrap_or_default();
        match texts.iter_mut().find(|(found, _)| *found == name) {
            Some((_, whole)) => {
                whole.push_str(text);
                whole.push('\n');
            }
            None => texts.push((name, format!("{text}\n"))),
        }
    }
    texts
        .into_iter()
        // A text of blank lines says nothing, and what stands where one was removed is none.
        .filter(|(_, text)| ![none.trim(), ""].contains(&text.trim()))
        .map(|(name, text)| {
            Row::new(Map::from_iter([
                (key.to_owned(), name),
                (into.to_owned(), text.into()),
            ]))
        })
        .collect()
}

/// The one instance whose settings the rows are; none where they are something else or no TOML.
pub(crate) fn settings(read: &Read, items: &[Map<String, Value>]) -> Option<Map<String, Value>> {
    let Shape::Settings {
        name,
        value,
        waiting,
        into,
    } = read.shape
    else {
        return None;
    };
    let mut whole = Map::new();
    let mut waits = Vec::new();
    for item in items {
        let setting = item.get(name)?.as_str()?;
        let written = match item.get(waiting).and_then(Value::as_str) {
            Some(later) => {
                waits.push(Value::from(setting));
                later
            }
            None => item.get(value)?.as_str()?,
        };
        whole.insert(setting.to_owned(), of_toml(written)?);
    }
    whole.insert(into.to_owned(), Value::Array(waits));
    Some(whole)
}

fn of_toml(written: &str) -> Option<Value> {
    let mut table: toml::Table = toml::from_str(&format!("value = {written}")).ok()?;
    serde_json::to_value(table.remove("value")?).ok()
}

#[cfg(test)]
mod tests {
    use licensing_api::OperationId;
    use serde_json::json;

    use super::*;

    fn items(rows: &Value) -> Vec<Map<String, Value>> {
        serde_json::from_value(rows.clone()).unwrap_or_default()
    }

    #[test]
    fn lines_of_one_key_are_one_text() {
        let read = Read {
            operation: OperationId::GetLicenseFiles,
            shape: Shape::Lines {
                key: "vendor",
                line: "text",
                into: "content",
                none: "# none\n",
            },
        };
        let rows = json!([
            { "vendor": "GONE", "text": "# none" },
            { "vendor": "ACME", "text": "# who" },
            { "vendor": "OTHER", "text": "  " },
            { "vendor": "ACME", "text": "MAX 1 cad USER anna" },
        ]);
        let found = instances(&read, items(&rows));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].field("vendor"), "ACME");
        assert_eq!(found[0].field("content"), "# who\nMAX 1 cad USER anna\n");
    }

    #[test]
    fn settings_are_read_as_toml_and_what_waits_counts() {
        let read = Read {
            operation: OperationId::GetLicenseFiles,
            shape: Shape::Settings {
                name: "name",
                value: "value",
                waiting: "waiting",
                into: "waiting",
            },
        };
        let rows = json!([
            { "name": "web.port", "value": "8083", "waiting": "8084" },
            { "name": "licensing.burst", "value": "[\"CITRIX\"]", "waiting": null },
            { "name": "log.level", "value": "'info'" },
        ]);
        let expected = json!({
            "web.port": 8084, "licensing.burst": ["CITRIX"], "log.level": "info", "waiting": ["web.port"],
        });
        assert_eq!(settings(&read, &items(&rows)).map(Value::Object), Some(expected));
        assert_eq!(
            settings(&read, &items(&json!([{ "name": "a", "value": "[" }]))),
            None
        );
    }
}
