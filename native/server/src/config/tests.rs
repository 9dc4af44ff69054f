#![allow(clippy::unwrap_used)]

use super::*;

fn load(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("licensingd.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(&file)
}

#[test]
fn an_empty_file_gives_the_documented_defaults() {
    let config = load("").unwrap();
    assert_eq!(
        (
            config.licensing.port,
            config.licensing.vendor_port,
            config.web.port
        ),
        (27000, 7279, 8083)
    );
    assert!(config.licensing.listen.is_loopback() && config.web.listen.is_loopback());
    assert!(!config.licensing.uses_tls());
}

#[test]
fn off_loopback_the_licensing_ports_speak_tls() {
    assert!(
        load("[licensing]\nlisten = \"0.0.0.0\"")
            .unwrap()
            .licensing
            .uses_tls()
    );
    assert!(
        load("[licensing]\ntls = \"always\"")
            .unwrap()
            .licensing
            .uses_tls()
    );
}

#[test]
fn a_misspelled_or_senseless_setting_is_named() {
    for (text, name) in [
        ("[licensing]\nprot = 1", "prot"),
        ("[licensing]\nheartbeat_seconds = 0", "heartbeat_seconds"),
        (
            "[licensing]\nheartbeat_seconds = 60\nlifetime_seconds = 59",
            "lifetime_seconds",
        ),
        ("[limits]\nconnections = 0", "limits.connections"),
        ("host_name = \"\"", "host_name"),
    ] {
        let error = load(text).expect_err(text).to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let error = Config::load(Path::new("/does/not/exist.toml"))
        .expect_err("there is none")
        .to_string();
    assert!(error.contains("licensingd init"), "{error}");
}
