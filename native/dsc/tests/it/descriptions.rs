//! The descriptions fit the table of operations, and what is made of them the contract of Microsoft DSC.

use licensing_dsc::manifest::manifest;
use licensing_dsc::schema::schema;
use licensing_dsc::{Change, RESOURCES, Resource, Shape, Source, Take, find};
use serde_json::json;

fn changes(resource: &'static Resource) -> impl Iterator<Item = &'static Change> {
    resource
        .create
        .iter()
        .chain(resource.updates)
        .chain(resource.delete.iter())
}

#[test]
fn every_field_of_a_description_is_one_of_the_table() {
    for resource in RESOURCES {
        let name = resource.name;
        let rows: Vec<String> = resource
            .reads
            .iter()
            .flat_map(|read| read.operation.info().row_type().fields)
            .map(|field| field.name)
            .collect();
        let is_field = |field: &str| rows.iter().any(|row| row == field);
        for property in resource.properties {
            let is_there = match property.source {
                Source::Row(field) => is_field(field),
                Source::Request(operation, field) => {
                    let request = operation.info().request_type();
                    request.fields.iter().any(|given| given.name == field)
                }
                Source::Own(_) => true,
                Source::Shaped(..) => resource.reads.iter().any(|read| read.shape != Shape::Rows),
            };
            assert!(is_there, "{name}: {} comes from nowhere", property.name);
        }
        for change in changes(resource) {
            let request = change.operation.info().request_type();
            for (field, take) in change.fields {
                assert!(
                    request.fields.iter().any(|given| given.name == *field),
                    "{name}: {} has no field {field}",
                    change.operation.info().name
                );
                match take {
                    Take::Property(property) | Take::Along(property, _) | Take::Key(property) => {
                        assert!(resource.property(property).is_some(), "{name}: {property}");
                    }
                    Take::Row(row) => assert!(is_field(row), "{name}: {row}"),
                    Take::Text(property) => assert!(
                        resource
                            .property(property)
                            .is_some_and(|property| property.is_write_only()),
                        "{name}: {property}"
                    ),
                    Take::Content | Take::Settings | Take::Yes | Take::Constant(_) => {}
                }
            }
            for needed in request.fields.iter().filter(|field| field.required) {
                assert!(
                    change.fields.iter().any(|(field, _)| *field == needed.name),
                    "{name}: {} is made without {}",
                    change.operation.info().name,
                    needed.name
                );
            }
        }
        if let Some(end) = resource.ends {
            assert!(is_field(end), "{name}: {end}");
        }
        assert!(
            resource.reads.iter().all(|read| match read.shape {
                Shape::Rows => resource.is_list() == read.operation.info().rows,
                Shape::Lines { .. } => resource.is_list(),
                Shape::Settings { .. } => !resource.is_list(),
            }),
            "{name}: a list has a key, a single object none"
        );
    }
}

#[test]
fn every_property_has_help_and_a_name_of_its_own() {
    for resource in RESOURCES {
        let mut names: Vec<&str> = resource.properties.iter().map(|property| property.name).collect();
        for (property, field) in resource.fields() {
            assert!(!field.summary.is_empty(), "{}: {}", resource.name, property.name);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", resource.name);
        assert!(
            names.iter().all(|name| !licensing_dsc::CONNECTION_PROPERTIES
                .iter()
                .any(|(own, _)| own == name)),
            "{}",
            resource.name
        );
    }
}

#[test]
fn a_manifest_offers_what_the_resource_can_do() {
    for resource in RESOURCES {
        let manifest = manifest(resource, &[(0, "Success"), (3, "Not reachable")]);
        assert_eq!(manifest["type"], format!("LicensingAdmin/{}", resource.name));
        assert_eq!(
            manifest.get("set").is_some(),
            resource.is_changeable(),
            "{}",
            resource.name
        );
        assert_eq!(manifest.get("delete").is_some(), resource.delete.is_some());
        assert_eq!(manifest["test"]["return"], "stateAndDiff");
        assert_eq!(manifest["exitCodes"]["3"], "Not reachable");
        assert_eq!(manifest["schema"]["embedded"], schema(resource));
        let text = manifest.to_string();
        assert!(
            !text.contains("jsonInputArg"),
            "a state with secrets is no argument"
        );
    }
}

#[test]
fn a_schema_takes_what_microsoft_dsc_adds_and_nothing_unknown() {
    for resource in RESOURCES {
        let schema = schema(resource);
        assert_eq!(schema["additionalProperties"], false);
        for name in ["_inDesiredState", "_metadata", "server", "serverTokenFile"] {
            assert!(
                schema["properties"].get(name).is_some(),
                "{}: {name}",
                resource.name
            );
        }
        assert_eq!(
            schema["properties"].get("_exist").is_some(),
            resource.is_list(),
            "{}",
            resource.name
        );
        for property in resource.properties {
            let part = &schema["properties"][property.name];
            assert!(part["type"].is_string() || part["type"].is_array(), "{part}");
            assert_eq!(
                part["writeOnly"] == true,
                property.is_write_only(),
                "{}",
                property.name
            );
        }
    }
}

#[test]
fn a_schema_offers_what_the_server_takes() {
    let part = |resource: &str, name: &str| schema(find(resource).unwrap())["properties"][name].clone();
    let days = part("Token", "days");
    assert_eq!((&days["minimum"], &days["maximum"]), (&json!(1), &json!(366)));
    let levels = part("Administrator", "permissions");
    assert_eq!(levels["enum"], json!(["ReadOnly", "Full"]));
}
