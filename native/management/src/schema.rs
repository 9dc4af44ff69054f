//! JSON schemas of what travels. They stand in the repository as `schema/*.json`; both ends test against those files.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::exchange::{Bundle, Receipt, ReceiverProblem, RegistrationAnswer, RegistrationRequest};
use crate::upload::UploadBody;

/// Every schema with the name of its file.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("upload.json", with_integrity(of::<UploadBody>())),
        (
            "registration-request.json",
            of::<RegistrationRequest>().to_value(),
        ),
        ("registration-answer.json", of::<RegistrationAnswer>().to_value()),
        ("receipt.json", of::<Receipt>().to_value()),
        ("bundle.json", of::<Bundle>().to_value()),
        ("problem.json", of::<ReceiverProblem>().to_value()),
    ]
}

fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
}

/// The integrity hash is no field of the body: it covers the body.
fn with_integrity(schema: Schema) -> Value {
    let mut schema = schema.to_value();
    schema["title"] = json!("Upload");
    schema["properties"]["integrity"] = json!({
        "description": "SHA-256 over the canonical bytes of everything else, 64 hexadecimal digits.",
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
    });
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(json!("integrity"));
    }
    schema
}
