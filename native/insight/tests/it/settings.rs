//! The page of settings.

use std::path::Path;

use licensing_insight::config::InsightConfig;
use licensing_settings::{Section, reference_at_start};

/// With this set to 1 the page is written anew instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

#[test]
fn the_page_of_settings_is_up_to_date() {
    let page = format!(
        "<!-- Generated from native/insight/src/config.rs; do not edit. -->\n\
         # Settings of Insight Services\n\n\
         `insightd.toml` in the data folder, or the file that `--config` names. `insightd init` writes it; every setting stands\n\
         there, as a comment where it has its default. Environment variables take precedence: `INSIGHTD_MAIL__PORT=25` is\n\
         `port` in `[mail]`. Unknown names and values that are not allowed stop the start, and name the setting.\n\
         `INSIGHTD_DATA` and `INSIGHTD_CONFIG` stand for the two arguments. `insightd` reads the file at its start: every\n\
         change waits for the next one.\n{}",
        reference_at_start(&InsightConfig::describe())
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/insight-settings.md");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == page,
        "docs/insight-settings.md is not what the table of settings says: run cargo xtask generate and commit it"
    );
}
