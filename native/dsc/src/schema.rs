//! JSON schema of a resource.

use licensing_api::schema::{Field, FieldKind};
use serde_json::{Map, Value, json};

use crate::connection::CONNECTION_PROPERTIES;
use crate::description::{Property, Resource, Role};
use crate::resources::PREFIX;

/// The schema of an instance: what is given, and what is shown.
pub fn schema(resource: &Resource) -> Value {
    let mut properties = Map::new();
    for (property, field) in resource.fields() {
        properties.insert(property.name.to_owned(), of_property(property, &field));
    }
    for (name, help) in CONNECTION_PROPERTIES {
        properties.insert(
            (*name).to_owned(),
            json!({ "type": "string", "writeOnly": true, "description": help }),
        );
    }
    if resource.is_list() {
        properties.insert(
            "_exist".to_owned(),
            json!({ "type": "boolean", "default": true, "description": format!("Whether {} is to exist.", resource.noun) }),
        );
    }
    properties.insert(
        "_inDesiredState".to_owned(),
        json!({ "type": "boolean", "readOnly": true, "description": "Whether it is as desired; a test shows it." }),
    );
    properties.insert(
        "_metadata".to_owned(),
        json!({ "type": "object", "readOnly": true, "description": "Why it is not as desired, and what would be done." }),
    );
    let required: Vec<&str> = resource.keys().map(|key| key.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{PREFIX}{}", resource.name),
        "description": resource.summary,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn of_property(property: &Property, field: &Field) -> Value {
    let mut schema = match field.kind {
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Number => json!({ "type": "number" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Instant => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        FieldKind::Name => json!({ "type": "string", "enum": field.names }),
        FieldKind::Nested => json!({ "type": ["object", "array"] }),
        FieldKind::Secret => json!({
            "type": ["string", "object"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": {
                "secureString": { "type": "string", "description": "The secret, as a parameter of type secureString is passed." },
                "file": { "type": "string", "description": "File on this machine whose first line is the secret." },
                "environment": { "type": "string", "description": "Variable of the environment that holds the secret." },
            },
        }),
    };
    if let Some((least, greatest)) = property.bounds {
        schema["minimum"] = least.into();
        schema["maximum"] = greatest.into();
    }
    let summary = field.summary.replace('\n', " ");
    schema["description"] = summary.into();
    if property.is_write_only() {
        schema["writeOnly"] = true.into();
    }
    if property.role == Role::ReadOnly {
        schema["readOnly"] = true.into();
    }
    schema
}
