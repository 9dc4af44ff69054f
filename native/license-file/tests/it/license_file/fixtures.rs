//! The license files of `tests/data`: what each consists of and what is found in it.

use std::path::Path;

use licensing_license_file::license_file::{LicenseFile, parse};

use super::{kinds, numbers};

fn load(name: &str) -> LicenseFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    let bytes = std::fs::read(path).unwrap();
    let file = parse(&bytes);
    assert_eq!(file.to_bytes(), bytes, "{name}");
    file
}

#[test]
fn several_vendors() {
    let file = load("several_vendors.lic");
    let counted: Vec<&str> = kinds(&file)
        .into_iter()
        .filter(|kind| !matches!(*kind, "comment" | "blank"))
        .collect();
    assert_eq!(
        counted,
        [
            "server",
            "vendor",
            "vendor",
            "vendor",
            "use_server",
            "increment",
            "increment",
            "increment",
            "upgrade",
            "package",
            "decimal"
        ]
    );
    // A package that nothing enables here, and the decimal line.
    assert_eq!(numbers(&file), [-98], "{:#?}", file.findings);
    let licenses: Vec<_> = file
        .increments()
        .map(|(line, increment)| (line.at.line, &increment.license))
        .collect();
    assert_eq!(
        licenses.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [13, 16, 19]
    );
    assert_eq!(
        licenses[0].1.terms.notice.as_deref(),
        Some("product=\"Draw Parallel Server\"")
    );
    assert_eq!(
        licenses[0]
            .1
            .attribute("SIGN")
            .unwrap()
            .value
            .as_ref()
            .unwrap()
            .text,
        "0A1B 2C3D 4E5F 6071 8293"
    );
    assert_eq!(
        (
            licenses[1].1.terms.borrow_hours,
            licenses[1].1.terms.serial_number.as_deref()
        ),
        (Some(72), Some("A|1,2"))
    );
    assert_eq!(licenses[2].1.terms.host_ids.len(), 2);
}

#[test]
fn damaged_lines_leave_the_others_alone() {
    let file = load("damaged.lic");
    assert_eq!(
        kinds(&file),
        [
            "malformed",
            "server",
            "malformed",
            "vendor",
            "malformed",
            "malformed",
            "malformed",
            "malformed",
            "malformed",
            "increment",
            "fragment",
            "fragment",
            "malformed",
            "unknown",
            "increment",
            "increment"
        ]
    );
    let found: Vec<(u32, i32)> = file
        .findings
        .iter()
        .map(|finding| (finding.line, finding.number.unwrap_or(0)))
        .collect();
    assert_eq!(
        found,
        [
            (1, -2),
            (2, -2),
            (3, -2),
            (5, -11),
            (6, -77),
            (7, -2),
            (8, -11),
            (9, -2),
            (10, -114),
            (11, -90),
            (12, -2),
            (13, -2),
            (14, -82),
            (15, -2),
            (17, -2),
            (17, -114)
        ]
    );
    let usable: Vec<&str> = file
        .increments()
        .map(|(_, increment)| increment.license.feature.value.as_str())
        .collect();
    assert_eq!(usable, ["F", "GOOD", "H"]);
}

#[test]
fn encodings_and_line_ends() {
    for (name, notice) in [("crlf_bom.lic", "Müller & Söhne"), ("latin1.lic", "Müller")] {
        let file = load(name);
        assert_eq!(
            kinds(&file),
            ["comment", "server", "vendor", "increment"],
            "{name}"
        );
        assert!(file.findings.is_empty(), "{name}: {:#?}", file.findings);
        let (_, increment) = file.increments().next().unwrap();
        assert_eq!(increment.license.terms.notice.as_deref(), Some(notice), "{name}");
    }
}
