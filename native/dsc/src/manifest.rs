//! Manifests, by which Microsoft DSC finds the resources and learns how to run them.

use serde_json::{Map, Value, json};

use crate::description::Resource;
use crate::resources::PREFIX;
use crate::schema::schema;

/// The schema of manifests themselves.
const MANIFEST_SCHEMA: &str = "https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json";

/// Name of the file of a manifest.
pub fn file_name(resource: &Resource) -> String {
    format!("licensing.{}.dsc.resource.json", resource.name.to_lowercase())
}

/// The manifest of a resource. The program lies beside it or on the search path.
///
/// `exit_codes` are those of the program with their meaning.
pub fn manifest(resource: &Resource, exit_codes: &[(u8, &str)]) -> Value {
    let input = |verb: &str| {
        json!({
            "executable": "licensing",
            "args": ["dsc", verb, format!("{PREFIX}{}", resource.name)],
            "input": "stdin",
        })
    };
    let with = |mut method: Value, further: Value| {
        if let (Value::Object(method), Value::Object(further)) = (&mut method, further) {
            method.extend(further);
        }
        method
    };
    let what_if = |verb: &str| {
        let mut method = input(verb);
        if let Some(arguments) = method["args"].as_array_mut() {
            arguments.push(json!({ "whatIfArg": "--what-if" }));
        }
        method
    };
    let mut methods = Map::new();
    methods.insert("get".to_owned(), input("get"));
    methods.insert(
        "test".to_owned(),
        with(input("test"), json!({ "return": "stateAndDiff" })),
    );
    if resource.is_changeable() {
        let mut further = json!({ "implementsPretest": true, "return": "stateAndDiff" });
        if resource.is_list() {
            further["handlesExist"] = true.into();
        }
        methods.insert("set".to_owned(), with(what_if("set"), further));
    }
    if resource.delete.is_some() {
        methods.insert("delete".to_owned(), what_if("delete"));
    }
    methods.insert(
        "export".to_owned(),
        json!({
            "executable": "licensing",
            "args": ["dsc", "export", format!("{PREFIX}{}", resource.name)],
        }),
    );
    let codes: Map<String, Value> = exit_codes
        .iter()
        .map(|(code, text)| (code.to_string(), (*text).into()))
        .collect();
    let head = json!({
        "$schema": MANIFEST_SCHEMA,
        "type": format!("{PREFIX}{}", resource.name),
        "version": env!("CARGO_PKG_VERSION"),
        "description": resource.summary,
        "tags": ["licensing", "linux", "macos", "windows"],
    });
    let foot = json!({
        "exitCodes": codes,
        "schema": { "embedded": schema(resource) },
    });
    with(with(head, Value::Object(methods)), foot)
}
