//! The OpenAPI document holds together.

use std::collections::HashSet;

use licensing_api::Permission;
use licensing_api::operation::{OperationInfo, TABLE};
use serde_json::Value;

use super::fixture;

/// Every value under the key, wherever it stands.
fn collect<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if name == key {
                    found.push(inner);
                }
                collect(inner, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Checks that a description says everything that the table does.
fn is_described(info: &OperationInfo, operation: &Value) {
    assert_eq!(operation["summary"], info.summary);
    assert_eq!(
        operation["requestBody"].is_object(),
        info.method.has_body(),
        "{}",
        info.name
    );
    assert_eq!(
        operation["security"].is_array(),
        info.permission == Permission::None,
        "{}",
        info.name
    );
    let parameters = operation["parameters"].as_array().expect("a list");
    for field in info.path_fields() {
        let parameter = parameters.iter().find(|parameter| parameter["name"] == field);
        let parameter = parameter.unwrap_or_else(|| panic!("{}: {field}", info.name));
        assert_eq!(
            (&parameter["in"], &parameter["required"]),
            (&"path".into(), &true.into())
        );
    }
    let fields = info.request_type().fields.len();
    let in_body = if info.method.has_body() {
        fields - info.path_fields().count()
    } else {
        0
    };
    assert_eq!(parameters.len() + in_body, fields, "{}", info.name);
    let responses = operation["responses"].as_object().expect("answers");
    assert!(responses.contains_key("200"));
    for code in info.errors {
        let status = code.http_status().to_string();
        let described = responses[&status]["description"].as_str().unwrap();
        assert!(described.contains(code.name()), "{}: {code}", info.name);
    }
}

#[tokio::test]
async fn every_operation_is_described_and_every_reference_resolves() {
    let document = fixture().await.get("/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = HashSet::new();
    for info in TABLE {
        let operation = &document["paths"][info.path][info.method.name().to_lowercase()];
        assert_eq!(operation["operationId"], info.name);
        assert!(ids.insert(info.name));
        is_described(info, operation);
    }
    let mut references = Vec::new();
    collect(&document, "$ref", &mut references);
    assert!(references.len() > TABLE.len());
    for reference in references {
        let pointer = reference
            .as_str()
            .unwrap()
            .strip_prefix('#')
            .expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    for scheme in document["security"].as_array().unwrap() {
        let name = scheme.as_object().unwrap().keys().next().unwrap();
        assert!(document["components"]["securitySchemes"][name].is_object());
    }
    let paths: HashSet<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let expected = TABLE.iter().map(|info| info.path).chain(["/livez", "/readyz"]);
    assert_eq!(paths, expected.map(str::to_owned).collect());
}

/// With this set to 1 the file is written again instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

#[tokio::test]
async fn the_generated_description_is_up_to_date() {
    let document = fixture().await.get("/openapi.json").await.body;
    let text = format!("{document:#}\n");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == text,
        "docs/openapi.json is not what the server says: run cargo xtask generate and commit it"
    );
}
