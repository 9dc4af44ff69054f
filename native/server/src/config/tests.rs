#![allow(clippy::unwrap_used)]

use licensing_settings::{Section, reference};

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
}

#[test]
fn a_misspelled_or_senseless_setting_is_named() {
    for (text, name) in [
        ("[licensing]\nprot = 1", "prot"),
        ("[licensing]\nheartbeat_seconds = 0", "heartbeat_seconds"),
        (
            "[licensing]\nheartbeat_seconds = 60\nlifetime_seconds = 119",
            "lifetime_seconds",
        ),
        ("[licensing]\nburst_days = 0", "licensing.burst_days"),
        (
            "[licensing]\nburst_rearm_days = 3651",
            "licensing.burst_rearm_days",
        ),
        ("[limits]\nconnections = 0", "limits.connections"),
        ("host_name = \"\"", "host_name"),
        (
            "[directory]\nurl = \"ldap://127.0.0.1:x@elsewhere.example.net\"",
            "directory.url",
        ),
    ] {
        let error = load(text).expect_err(text).to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_value_of_another_type_is_refused_in_plain_words_with_file_and_setting() {
    for (text, said) in [
        (
            "[licensing]\nheartbeat_seconds = \"often\"",
            "licensing.heartbeat_seconds does not take this value: found \"often\", expected a whole number from 1 to 86400",
        ),
        (
            "[licensing]\nvendor_port = -1",
            "licensing.vendor_port does not take this value: found -1, expected a whole number from 0 to 65535",
        ),
        (
            "[licensing]\nvendor_ports = { ACME = \"free\" }",
            "licensing.vendor_ports.ACME does not take this value: found \"free\", expected a whole number from 0 to 65535",
        ),
        (
            "[licensing]\nlifetime_seconds = 1.5",
            "found 1.5, expected a whole number, at least twice heartbeat_seconds, at most 604800",
        ),
        (
            "[web]\nlisten = 1",
            "web.listen does not take this value: found 1, expected an IP address",
        ),
        ("[log]\njson = \"yes\"", "found \"yes\", expected true or false"),
        ("[mail]\naccount = 12345", "found a number, expected a text"),
        (
            "licensing = 5",
            "licensing does not take this value: found 5, expected a section",
        ),
        (
            "[licensing]\nanonymous = \"all\"",
            "found \"all\", expected one of never, loopback, always",
        ),
        (
            "[log]\nlevle = \"info\"",
            "there is no setting log.levle; those beside it are level, json",
        ),
    ] {
        let error = load(text).expect_err(text).to_string();
        assert!(error.contains(said), "{error}");
        assert!(
            error.starts_with("the configuration file ") && error.contains("licensingd.toml is not valid: "),
            "{error}"
        );
    }
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let error = Config::load(Path::new("/does/not/exist.toml"))
        .expect_err("there is none")
        .to_string();
    assert!(error.contains("licensingd init"), "{error}");
}

#[test]
fn the_file_that_init_writes_shows_every_setting_and_its_default() {
    let text = config_text(&ConfigChoices::default());
    assert_eq!(load(&text).unwrap(), Config::default());

    // With its comments taken off, each setting that stands there must have its default, and none may be missing.
    let uncommented: String = text
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
                .to_owned()
                + "\n"
        })
        .collect();
    assert_eq!(load(&uncommented).unwrap(), Config::default());
    let written: toml::Table = uncommented.parse().unwrap();
    let all = toml::Table::try_from(Config::default()).unwrap();
    let names = |table: &toml::Table| {
        let mut names = Vec::new();
        for (name, value) in table {
            match value.as_table() {
                Some(inner) if name != "vendor_ports" => {
                    names.extend(inner.keys().map(|key| format!("{name}.{key}")));
                }
                Some(_) | None => names.push(name.clone()),
            }
        }
        names.sort();
        names
    };
    assert_eq!(names(&written), names(&all));
}

#[test]
fn a_host_name_is_written_so_that_it_is_read_back() {
    let choices = ConfigChoices {
        host_name: "quote\" back\\slash".to_owned(),
        ..ConfigChoices::default()
    };
    assert_eq!(load(&config_text(&choices)).unwrap().host_name, choices.host_name);
}

#[test]
fn connections_fit_into_the_open_files() {
    let limits = Limits::default();
    assert_eq!(limits.within(None, 2), limits);
    assert_eq!(limits.within(Some(1_000_000), 2), limits);
    let few = limits.within(Some(1_024), 2);
    assert_eq!((few.connections, few.pending_connections), (448, 224));
    assert_eq!(limits.within(Some(0), 2).connections, 16);
}

/// With this set to 1 the page is written instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

#[test]
fn the_page_of_settings_is_up_to_date() {
    let page = format!(
        "<!-- Generated from native/server/src/config; do not edit. -->\n\
         # Settings\n\n\
         `licensingd.toml` in the data folder, or the file that `--config` names. `licensingd init` writes it; every setting\n\
         stands there, as a comment where it has its default. Environment variables take precedence:\n\
         `LICENSINGD_LICENSING__PORT=27001` is `port` in `[licensing]`. Unknown names and values that are not allowed stop the\n\
         start, and name the setting. `LICENSINGD_DATA` and `LICENSINGD_CONFIG` stand for the two arguments.\n\n\
         SIGHUP has the file read again. Where the column *change* says \"at once\", the new value is in effect then; any other\n\
         setting that has changed is named in the log and takes effect at the next start. A file that is not valid changes\n\
         nothing, and the log says why.\n{}",
        reference(&Config::describe())
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == page,
        "docs/settings.md is not what the table of settings says: run this test with {UPDATE}=1 and commit the page"
    );
}
