//! The committed help of the command is what the command says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use licensing_api::operation::TABLE;

use crate::run::run;

/// With this set to 1 the file is written again instead of compared.
const UPDATE: &str = "LICENSING_UPDATE_DOCS";

#[test]
fn the_page_of_the_help_is_up_to_date() {
    let own = [
        "location",
        "checkout",
        "borrowed",
        "return",
        "stat",
        "udadmin",
        "authority init",
        "authority issue",
        "completions",
        "dsc",
        "dsc delete",
        "dsc export",
        "dsc get",
        "dsc list",
        "dsc manifest",
        "dsc schema",
        "dsc set",
        "dsc test",
    ];
    let commands: BTreeSet<&str> = TABLE.iter().map(|info| info.words).chain(own).collect();
    let mut page = run(&["--help"]).out;
    for command in commands {
        let mut words: Vec<&str> = command.split(' ').collect();
        words.push("--help");
        let help = run(&words);
        assert_eq!(help.code, 0, "{command}: {}", help.err);
        // Writing into a String cannot fail.
        let _ = write!(page, "\n\n$ licensing {command} --help\n{}", help.out);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/licensing-help.txt");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == page,
        "docs/licensing-help.txt is not what the command says: run cargo xtask generate and commit it"
    );
}
