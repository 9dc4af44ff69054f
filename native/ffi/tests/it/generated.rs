//! The header and the C# bindings in the repository are what the source says.

use std::path::{Path, PathBuf};

use interoptopus::Interop;
use interoptopus::util::NamespaceMappings;
use interoptopus_backend_csharp::{Config, Generator};

/// With this set to 1 the files are written again instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_BINDINGS";

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn check(path: &Path, generated: &str) {
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(path, generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == generated,
        "{} is not what the source says: run the tests of this crate with {UPDATE}=1 and commit it",
        path.display()
    );
}

/// The heading that Rust's own documentation demands says little to others.
fn for_callers(generated: &str) -> String {
    generated.replace("# Safety", "The caller promises:")
}

#[test]
fn the_header_is_up_to_date() {
    let mut config = cbindgen::Config::from_root_or_default(crate_folder());
    config.after_includes = Some(format!("\n{}", licensing_ffi::c_enumerations().trim_end()));
    let mut header = Vec::new();
    cbindgen::Builder::new()
        .with_crate(crate_folder())
        .with_config(config)
        .generate()
        .expect("the source can be read")
        .write(&mut header);
    let header = for_callers(&String::from_utf8(header).expect("text"));
    check(&crate_folder().join("include/licensing.h"), &header);
}

#[test]
fn the_csharp_bindings_are_up_to_date() {
    let config = Config {
        file_header_comment: "// Generated from native/ffi; do not edit. See docs/native-library.md."
            .to_owned(),
        class: "Interop".to_owned(),
        dll_name: "licensing".to_owned(),
        namespace_mappings: NamespaceMappings::new("Licensing.Native"),
        ..Config::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("Interop.cs");
    Generator::new(config, licensing_ffi::inventory())
        .write_file(&file)
        .expect("bindings");
    let generated = for_callers(
        &std::fs::read_to_string(&file)
            .expect("text")
            .replace("\r\n", "\n"),
    );
    check(&crate_folder().join("bindings/Interop.cs"), &generated);
}
