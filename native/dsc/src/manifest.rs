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
    let mut methods = Map::new();
    methods.insert("get".to_owned(), input(resource, "get"));
    methods.insert(
        "test".to_owned(),
        with(input(resource, "test"), json!({ "return": "stateAndDiff" })),
    );
    if resource.is_changeable() {
        let mut further = json!({ "implementsPretest": true, "return": "stateAndDiff" });
        if resource.is_list() {
            further["handlesExist"] = true.into();
        }
        methods.insert("set".to_owned(), with(what_if(resource, "set"), further));
    }
    if resource.delete.is_some() {
        methods.insert("delete".to_owned(), what_if(resource, "delete"));
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

/// A method that reads the instance from the standard input.
fn input(resource: &Resource, verb: &str) -> Value {
    json!({
        "executable": "licensing",
        "args": ["dsc", verb, format!("{PREFIX}{}", resource.name)],
        "input": "stdin",
    })
}

/// One that can also say what it would do.
fn what_if(resource: &Resource, verb: &str) -> Value {
    let mut method = input(resource, verb);
    if let Some(arguments) = method["args"].as_array_mut() {
        arguments.push(json!({ "whatIfArg": "--what-if" }));
    }
    method
}

/// An object with the members of another one behind its own.
fn with(mut object: Value, further: Value) -> Value {
    if let (Value::Object(object), Value::Object(further)) = (&mut object, further) {
        object.extend(further);
    }
    object
}
