//! What an administrator may change, and that nothing else changes with it.

use licensing_license_file::license_file::{Edit, InvalidEdit, LicenseFile, parse};
use proptest::prelude::*;

use super::read;

const FILE: &str = "# head\r\n\
    SERVER this_host  HOSTNAME=ls01\r\n\
    VENDOR ACME options=\r\n\
    INCREMENT f ACME 1.0 permanent 5 \\\r\n\
    \tNOTICE=\"x y\" asset_info=old SIGN=\"1 2\" TS_OK # no comment\r\n";

fn edited(file: &LicenseFile, edit: Edit) -> String {
    String::from_utf8(file.edited(&edit).unwrap().to_bytes()).unwrap()
}

#[test]
fn each_change_touches_only_its_words() {
    let file = read(FILE);
    let vendor = || "acme".to_owned();
    let table = [
        (
            Edit::ServerHost {
                server: 0,
                host: "ls01.example".into(),
            },
            "this_host",
            "ls01.example",
        ),
        (
            Edit::ServerPort {
                server: 0,
                port: 27_001,
            },
            "HOSTNAME=ls01",
            "HOSTNAME=ls01 27001",
        ),
        (
            Edit::VendorPath {
                vendor: vendor(),
                path: "/opt/acmed".into(),
            },
            "VENDOR ACME",
            "VENDOR ACME /opt/acmed",
        ),
        (
            Edit::VendorOptions {
                vendor: vendor(),
                path: "C:\\my opt\\".into(),
            },
            "VENDOR ACME",
            "VENDOR ACME OPTIONS=\"C:\\my opt\\\"",
        ),
        (
            Edit::VendorPort {
                vendor: vendor(),
                port: 7279,
            },
            "VENDOR ACME",
            "VENDOR ACME PORT=7279",
        ),
        (
            Edit::Attribute {
                line: 3,
                keyword: "asset_info".into(),
                value: Some("a b".into()),
            },
            "asset_info=old",
            "asset_info=\"a b\"",
        ),
        (
            Edit::Attribute {
                line: 3,
                keyword: "asset_info".into(),
                value: None,
            },
            "asset_info=old",
            "",
        ),
        (
            Edit::Attribute {
                line: 3,
                keyword: "user_info".into(),
                value: Some("me".into()),
            },
            "# no comment",
            "# no comment user_info=me",
        ),
    ];
    for (edit, from, to) in table {
        assert_eq!(edited(&file, edit.clone()), FILE.replace(from, to), "{edit:?}");
        let again = read(&edited(&file, edit.clone()));
        assert_eq!(
            again.findings.len(),
            file.findings.len(),
            "{edit:?}: {:?}",
            again.findings
        );
    }
    let vendor = file
        .edited(&Edit::VendorOptions {
            vendor: vendor(),
            path: "/a b".into(),
        })
        .unwrap();
    assert_eq!(
        vendor.vendors().next().unwrap().options.as_ref().unwrap().value,
        "/a b"
    );
}

#[test]
fn the_publishers_words_cannot_be_changed() {
    let file = read(FILE);
    let attribute = |keyword: &str, value: &str| Edit::Attribute {
        line: 3,
        keyword: keyword.into(),
        value: Some(value.into()),
    };
    for keyword in ["NOTICE", "overdraft", "Own", "", "lsign", "a b"] {
        assert!(
            matches!(
                file.edited(&attribute(keyword, "1")),
                Err(InvalidEdit::NotYours(_))
            ),
            "{keyword}"
        );
    }
    for value in ["", "a\"b", "a\nb", " a", "a\u{1b}[0m"] {
        assert!(
            matches!(
                file.edited(&attribute("user_info", value)),
                Err(InvalidEdit::Value(_))
            ),
            "{value:?}"
        );
    }
    for edit in [
        Edit::ServerPort { server: 1, port: 1 },
        Edit::VendorPort {
            vendor: "OTHER".into(),
            port: 1,
        },
        Edit::Attribute {
            line: 0,
            keyword: "sort".into(),
            value: None,
        },
        Edit::Attribute {
            line: 99,
            keyword: "sort".into(),
            value: None,
        },
    ] {
        assert!(
            matches!(file.edited(&edit), Err(InvalidEdit::NoSuchLine(_))),
            "{edit:?}"
        );
    }
}

#[test]
fn the_encoding_of_the_line_is_kept() {
    let latin = parse(b"INCREMENT f ACME 1.0 permanent 5 NOTICE=\"M\xfcller\" SIGN=1 user_info=x\n");
    let info = |value: &str| Edit::Attribute {
        line: 0,
        keyword: "user_info".into(),
        value: Some(value.into()),
    };
    let changed = latin.edited(&info("é€")).unwrap();
    assert!(changed.to_bytes().ends_with(b"user_info=\xe9\x80\n"));
    assert_eq!(
        changed
            .increments()
            .next()
            .unwrap()
            .1
            .license
            .terms
            .user_info
            .as_deref(),
        Some("é€")
    );
    assert!(matches!(
        latin.edited(&info("日本")),
        Err(InvalidEdit::Encoding(_))
    ));
}

proptest! {
    #[test]
    fn a_value_is_read_as_it_was_written(value in "[^\"\\pC]{1,20}", path in "[ -!#-~]{1,20}") {
        let file = read(FILE);
        let info = Edit::Attribute { line: 3, keyword: "user_info".into(), value: Some(value.clone()) };
        if let Ok(changed) = file.edited(&info) {
            let (_, increment) = changed.increments().next().unwrap();
            prop_assert_eq!(increment.license.terms.user_info.as_deref(), Some(value.as_str()));
            prop_assert_eq!(increment.license.terms.notice.as_deref(), Some("x y"));
        }
        if let Ok(changed) = file.edited(&Edit::VendorPath { vendor: "ACME".into(), path: path.clone() }) {
            prop_assert_eq!(&changed.vendors().next().unwrap().path.as_ref().unwrap().value, &path);
        }
    }
}
