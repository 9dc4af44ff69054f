//! The schemas in the repository are those of the types.

use std::path::PathBuf;

use licensing_management::schema;
use serde_json::Value;

#[test]
fn schemas_in_the_repository_are_up_to_date() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (name, value) in schema::all() {
        let text = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
        let file = folder.join(name);
        if std::env::var_os("LICENSING_UPDATE_SCHEMAS").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&file).unwrap_or_default(),
            text,
            "{name} is out of date: run this test with LICENSING_UPDATE_SCHEMAS=1"
        );
    }
}

/// Names of all fields that a schema describes.
fn fields(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                found.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| fields(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

#[test]
fn the_page_about_uploads_has_every_field() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/telemetry.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, upload) = schema::all()
        .into_iter()
        .find(|(name, _)| *name == "upload.json")
        .unwrap();
    let mut all = Vec::new();
    fields(&upload, &mut all);
    assert!(all.len() > 40, "{all:?}");
    // In the table they stand as `server.guid`, `.feature` or `licenses[].count`.
    let ends = ["`", "[]", "."];
    all.retain(|name| !ends.iter().any(|end| page.contains(&format!("{name}{end}"))));
    assert!(all.is_empty(), "docs/telemetry.md says nothing of {all:?}");
}
