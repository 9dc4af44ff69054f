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
    let limits = LimitsConfig::default();
    assert_eq!(limits.within(None, 2), limits);
    assert_eq!(limits.within(Some(1_000_000), 2), limits);
    let few = limits.within(Some(1_024), 2);
    assert_eq!((few.connections, few.pending_connections), (448, 224));
    assert_eq!(limits.within(Some(0), 2).connections, 16);
}
