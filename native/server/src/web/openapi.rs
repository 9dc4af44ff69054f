//! The description of all operations in OpenAPI 3.1, made from the table.

use std::collections::BTreeMap;

use licensing_api::operation::{OperationInfo, TABLE};
use licensing_api::{ErrorCode, Permission, Problem};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::answer::PROBLEM_JSON;
use super::dispatch::COMMON_ERRORS;
use super::gate;

/// The document as JSON text.
pub(super) fn document() -> Vec<u8> {
    // Texts, numbers and objects with text keys: it always serialises.
    serde_json::to_vec(&describe()).unwrap_or_default()
}

fn describe() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for info in TABLE {
        paths
            .entry(info.path.to_owned())
            .or_default()
            .insert(info.method.name().to_lowercase(), operation(info, &mut generator));
    }
    for (path, summary) in [
        (gate::LIVEZ, "Tells whether the process answers."),
        (gate::READYZ, "Tells whether every vendor daemon serves."),
    ] {
        paths
            .entry(path.to_owned())
            .or_default()
            .insert("get".to_owned(), health(path, summary));
    }
    generator.subschema_for::<Problem>();
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Web Services for Licensing",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Everything an administrator of a license server does.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "paths": paths,
        "security": [{ "basic": [] }, { "bearer": [] }],
        "components": {
            "schemas": Value::Object(generator.take_definitions(true)),
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic", "description": "Account and password." },
                "bearer": { "type": "http", "scheme": "bearer", "description": "A token made with NewToken." },
            },
        },
    })
}

fn operation(info: &OperationInfo, generator: &mut SchemaGenerator) -> Value {
    let request = (info.request_schema)(generator).to_value();
    let response = (info.response_schema)(generator).to_value();
    let fields = fields(&request, generator);
    let mut operation = json!({
        "operationId": info.name,
        "summary": info.summary,
        "tags": [info.words.split(' ').next().unwrap_or_default()],
        "parameters": parameters(info, &fields),
        "responses": responses(info, &response),
        "x-permission": format!("{:?}", info.permission),
    });
    if info.method.has_body() {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body(info, &request, &fields) } },
        });
    }
    if info.permission == Permission::None {
        operation["security"] = json!([]);
    }
    operation
}

/// Properties of a request and the names of those that must be there.
struct Fields {
    properties: Map<String, Value>,
    required: Vec<String>,
}

fn fields(request: &Value, generator: &SchemaGenerator) -> Fields {
    let name = request["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let schema = name
        .and_then(|name| generator.definitions().get(name))
        .unwrap_or(request);
    Fields {
        properties: schema["properties"].as_object().cloned().unwrap_or_default(),
        required: schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}

fn parameters(info: &OperationInfo, fields: &Fields) -> Vec<Value> {
    let in_path: Vec<_> = info.path_fields().collect();
    fields
        .properties
        .iter()
        .filter(|(name, _)| in_path.contains(&name.as_str()) || !info.method.has_body())
        .map(|(name, schema)| {
            let is_in_path = in_path.contains(&name.as_str());
            json!({
                "name": name,
                "in": if is_in_path { "path" } else { "query" },
                "required": is_in_path || fields.required.contains(name),
                "description": schema["description"],
                "schema": schema,
            })
        })
        .collect()
}

/// The body is the request without what travels in the path.
fn body(info: &OperationInfo, request: &Value, fields: &Fields) -> Value {
    let in_path: Vec<_> = info.path_fields().collect();
    if in_path.is_empty() {
        return request.clone();
    }
    let mut properties = fields.properties.clone();
    properties.retain(|name, _| !in_path.contains(&name.as_str()));
    let required: Vec<_> = fields
        .required
        .iter()
        .filter(|name| !in_path.contains(&name.as_str()))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn responses(info: &OperationInfo, response: &Value) -> Value {
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in info.errors.iter().chain(COMMON_ERRORS) {
        let codes = by_status.entry(code.http_status()).or_default();
        if !codes.contains(code) {
            codes.push(*code);
        }
    }
    if info.method.has_body() {
        by_status.insert(415, vec![ErrorCode::InvalidRequest]);
    }
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "The answer.",
            "content": { "application/json": { "schema": response } },
        }),
    );
    for (status, codes) in by_status {
        let lines: Vec<_> = codes
            .iter()
            .map(|code| format!("- `{}`: {}", code.name(), code.title()))
            .collect();
        let names: Vec<_> = codes.iter().map(|code| code.name()).collect();
        responses.insert(
            status.to_string(),
            json!({
                "description": lines.join("\n"),
                "content": { PROBLEM_JSON: { "schema": {
                    "allOf": [
                        { "$ref": "#/components/schemas/Problem" },
                        { "properties": { "code": { "enum": names } } },
                    ],
                } } },
            }),
        );
    }
    Value::Object(responses)
}

fn health(path: &str, summary: &str) -> Value {
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    let mut operation = json!({
        "operationId": path.trim_start_matches('/'),
        "summary": summary,
        "tags": ["health"],
        "security": [],
        "responses": { "200": { "description": "Yes.", "content": text } },
    });
    if path == gate::READYZ {
        operation["responses"]["503"] = json!({ "description": "No.", "content": text });
    }
    operation
}
