//! What license servers and Insight Services send, against the JSON schemas in the repository.

use licensing_api::management::{CeipChoice, SetCeipOption, SetManagementService};
use licensing_api::operation::op;
use licensing_management::exchange::{Bundle, REGISTRATION_PATH};
use licensing_management::key::RegistrationCode;
use licensing_management::upload::ProductSeen;
use regex::Regex;
use serde_json::{Value, json};

use crate::full_circle::{administrator, delivered, license_server, point_at, upload};
use crate::http::send;
use crate::site::Site;
use crate::support::Program;

/// What in a document contradicts a schema.
#[derive(Debug, Default)]
struct Contradictions(Vec<String>);

impl Contradictions {
    /// Of a document with the schema of this name.
    fn of(name: &str, document: &Value) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../management/schema");
        let text = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let mut found = Self::default();
        found.look(&schema, &schema, document, "");
        found
    }

    fn add(&mut self, at: &str, what: &str) {
        self.0.push(format!("{at}: {what}"));
    }

    /// Looks at one value. A keyword that is not known here contradicts everything.
    fn look(&mut self, root: &Value, schema: &Value, value: &Value, at: &str) {
        for (keyword, wanted) in schema.as_object().unwrap() {
            match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "default" | "format" | "contentEncoding" => {}
                "$ref" => {
                    let place = wanted.as_str().unwrap().trim_start_matches('#');
                    self.look(root, root.pointer(place).unwrap(), value, at);
                }
                "anyOf" | "oneOf" => {
                    let alternatives = wanted.as_array().unwrap().iter();
                    let fitting = alternatives.filter(|one| {
                        let mut found = Self::default();
                        found.look(root, one, value, at);
                        found.0.is_empty()
                    });
                    let count = fitting.count();
                    if count == 0 || keyword == "oneOf" && count > 1 {
                        self.add(at, &format!("{value} fits {count} alternatives"));
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.look(root, wanted, item, &format!("{at}/{index}"));
                    }
                }
                "properties" => {
                    for (name, own) in wanted.as_object().unwrap() {
                        if let Some(member) = value.get(name) {
                            self.look(root, own, member, &format!("{at}/{name}"));
                        }
                    }
                }
                _ => {
                    if !fits(schema, keyword, wanted, value) {
                        self.add(at, &format!("{value} is not as {keyword} {wanted} says"));
                    }
                }
            }
        }
    }
}

/// Whether a value is as a keyword says that looks at nothing within it.
fn fits(schema: &Value, keyword: &str, wanted: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    let length = || value.as_str().map(|text| text.chars().count() as u64);
    match keyword {
        "type" => wanted
            .as_array()
            .map_or_else(|| is(wanted), |names| names.iter().any(is)),
        "const" => value == wanted,
        "required" => {
            let mut names = wanted.as_array().unwrap().iter();
            names.all(|name| value.get(name.as_str().unwrap()).is_some())
        }
        "additionalProperties" => {
            let mut names = value.as_object().into_iter().flat_map(|members| members.keys());
            *wanted == json!(false) && names.all(|name| schema["properties"].get(name).is_some())
        }
        "minimum" => value
            .as_i64()
            .is_none_or(|number| number >= wanted.as_i64().unwrap()),
        "minLength" => length().is_none_or(|length| length >= wanted.as_u64().unwrap()),
        "maxLength" => length().is_none_or(|length| length <= wanted.as_u64().unwrap()),
        "pattern" => {
            let pattern = Regex::new(wanted.as_str().unwrap()).unwrap();
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        _ => false,
    }
}

fn assert_conforms(name: &str, document: &Value) {
    let found = Contradictions::of(name, document);
    assert!(found.0.is_empty(), "{name}: {found:?} in {document}");
}

/// An upload with a product.
fn rich_upload(site: &mut Site) -> licensing_management::upload::SealedUpload {
    site.upload_with(jiff::Timestamp::now(), &["SN-1"], |body| {
        body.products.push(ProductSeen {
            vendor: "ACME".to_owned(),
            feature: "CAD".to_owned(),
            license_version: "2026.1231".parse().unwrap(),
            product: "Acme CAD 2.4".to_owned(),
            first_seen: body.window_start,
            last_seen: body.window_stop,
        });
    })
}

#[test]
fn what_contradicts_a_schema_is_noticed() {
    let upload = rich_upload(&mut Site::new(1));
    let whole: Value = serde_json::from_slice(upload.bytes()).unwrap();
    assert_conforms("upload.json", &whole);
    let changes: [fn(&mut Value); 6] = [
        |document| drop(document.as_object_mut().unwrap().remove("sequence")),
        |document| document["sequence"] = json!("1"),
        |document| document["sequence"] = json!(-1),
        |document| document["more"] = json!(1),
        |document| document["integrity"] = json!("00"),
        |document| document["server"]["supplied"] = json!("Whatever"),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut document = whole.clone();
        change(&mut document);
        let found = Contradictions::of("upload.json", &document);
        assert!(!found.0.is_empty(), "change {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_license_server_uploads_is_what_the_schema_says() {
    let program = Program::start(&[]);
    let server = license_server("lic1").await;
    let client = administrator(&server);
    point_at(&client, &program).await;
    // Everything that may be in it.
    let ceip_option = CeipChoice::Diagnostic;
    client
        .call::<op::SetCeipOption>(&SetCeipOption { ceip_option })
        .await
        .unwrap();
    client
        .call::<op::SetManagementService>(&SetManagementService {
            include_user_hashes: Some(true),
            ..SetManagementService::default()
        })
        .await
        .unwrap();
    upload(&client).await;
    let delivered = delivered(&client).await;
    let document: Value = serde_json::from_str(&delivered[0].document).unwrap();
    assert!(document["diagnostic"].is_object() && document["statistics"].is_object());
    assert_conforms("upload.json", &document);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exchanged_is_what_the_schemas_say() {
    let program = Program::start(&[]);
    let list = program.folder.path().join("rescinded.csv");
    std::fs::write(&list, "SerialNumber,Effective\nSN-1,2020-01-01\n").unwrap();
    program.command(&["rescission", "import", list.to_str().unwrap()]);
    let mut site = Site::new(1);
    let request = site.request(&RegistrationCode::parse(&program.code("Example")).unwrap());
    assert_conforms(
        "registration-request.json",
        &serde_json::to_value(&request).unwrap(),
    );
    let address = program.url(REGISTRATION_PATH);
    let answer = program.http().post(address).json(&request).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_conforms("registration-answer.json", &answer);

    let upload = rich_upload(&mut site);
    let (bytes, signature) = (upload.bytes().to_vec(), upload.sign(&site.key).to_string());
    let forged = upload.sign(&Site::new(2).key).to_string();
    let refused = send(&program, &site, &upload, forged, bytes.clone()).await;
    assert_conforms("problem.json", &refused.json().await.unwrap());
    let stored = send(&program, &site, &upload, signature, bytes).await;
    let receipt: Value = stored.json().await.unwrap();
    for part in ["results", "findings", "rescissions"] {
        assert_eq!(receipt[part].as_array().map(Vec::len), Some(1), "{part}");
    }
    assert_conforms("receipt.json", &receipt);

    let bundle = Bundle::pack(site.guid, Some(request), &[upload], &site.key).unwrap();
    let bundle: Value = serde_json::from_slice(&bundle.to_bytes().unwrap()).unwrap();
    assert_conforms("bundle.json", &bundle);
}
