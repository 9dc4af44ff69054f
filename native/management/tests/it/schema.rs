//! The schemas in the repository are those of the types.

use std::path::PathBuf;

use licensing_management::schema;

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
