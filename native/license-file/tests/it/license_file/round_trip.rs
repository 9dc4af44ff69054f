//! Any bytes are read without a panic and given back unchanged; every place lies where it says.

use licensing_license_file::license_file::{LicenseFile, LineKind, Span, parse};
use proptest::prelude::*;

/// Bytes that mean something to the reader, so that random ones meet its rules.
fn plausible_piece() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "SERVER",
        "this_host",
        "HOSTNAME=ls01",
        "ANY",
        "27000",
        "VENDOR",
        "ACME",
        "DAEMON",
        "options=",
        "PORT=10001",
        "USE_SERVER",
        "INCREMENT",
        "FEATURE",
        "f1",
        "XDT_PLT_UD",
        "2026.0401",
        "1.0",
        "permanent",
        "31-dec-2030",
        "1-jan-0",
        "6-feb-2007",
        "uncounted",
        "0",
        "25",
        "UPGRADE",
        "PACKAGE",
        "COMPONENTS=\"a b:1.0 c:2.0:3\"",
        "OPTIONS=SUITE",
        "VENDOR_STRING=;LT=Retail;GP=720",
        "SIGN=\"0123 4567 89AB\"",
        "SIGN=0123456789AB",
        "ck=99",
        "AUTH={a=( 1 2 ) {x}}",
        "NOTICE=\"Müller & Co\"",
        "NOTICE=p=\"a b\"",
        "TS_OK",
        "BORROW",
        "BORROW=72",
        "sort=3",
        "asset_info=\"x y\"",
        "HOSTID=\"1 2\"",
        "HOSTID=ID=12-34",
        "START=1-jan-2026",
        "\"",
        "{",
        "}",
        "=",
        "\\",
        "#",
        "FEATURESET",
        "sampled-f1-00737-55296-1825",
        "C:\\flexlm\\x.exe",
        "\u{feff}",
        "0123 4567",
    ])
    .prop_map(|word| word.as_bytes().to_vec());
    let between = prop::sample::select(vec![
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\\\n",
        " \\\n",
        " \\\r\n\t",
        "\\ \n  ",
        " \\ # note\n",
        "\n# text \\\n",
        "\r",
    ])
    .prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![4 => word, 4 => between, 1 => prop::collection::vec(any::<u8>(), 1..4)]
}

fn plausible_file() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(plausible_piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn assert_faithful(bytes: &[u8]) {
    let file = parse(bytes);
    assert_eq!(file.to_bytes(), bytes, "written back differently");
    let mut end = 0;
    let mut next_physical = 1;
    for line in &file.lines {
        assert_eq!(line.span.start, end, "lines leave a gap");
        assert!(line.span.end > line.span.start, "a line without bytes");
        assert!(line.at.line >= next_physical, "lines go backwards");
        next_physical += line.physical_lines;
        end = line.span.end;
        for span in value_spans(&line.kind) {
            let inside = line.span.start <= span.start && span.start <= span.end && span.end <= line.span.end;
            assert!(inside, "{span:?} outside of its line {:?}", line.span);
        }
    }
    assert_eq!(end, bytes.len(), "bytes left over");
    for finding in &file.findings {
        assert!(
            finding.line < next_physical,
            "finding on a line that is not there"
        );
        assert!(
            !finding.text.chars().any(char::is_control),
            "control character in {:?}",
            finding.text
        );
        assert!(!finding.action.is_empty(), "no advice for {}", finding.text);
    }
}

fn value_spans(kind: &LineKind) -> Vec<Span> {
    let (mut spans, attributes) = match kind {
        LineKind::Server(server) => {
            let mut spans = vec![server.host.span, server.host_id.span];
            spans.extend(server.port.as_ref().map(|port| port.span));
            (spans, [].as_slice())
        }
        LineKind::Vendor(vendor) => {
            let mut spans = vec![vendor.name.span];
            spans.extend(
                [&vendor.path, &vendor.options]
                    .into_iter()
                    .flatten()
                    .map(|path| path.span),
            );
            spans.extend(vendor.port.as_ref().map(|port| port.span));
            (spans, [].as_slice())
        }
        LineKind::Increment(increment) => (
            vec![increment.license.feature.span, increment.license.count.span],
            increment.license.attributes.as_slice(),
        ),
        LineKind::Upgrade(upgrade) => (
            vec![upgrade.from_version.span],
            upgrade.license.attributes.as_slice(),
        ),
        LineKind::Package(package) => (vec![package.name.span], package.attributes.as_slice()),
        LineKind::Blank
        | LineKind::Comment
        | LineKind::UseServer
        | LineKind::Decimal
        | LineKind::FeatureSet
        | LineKind::Fragment
        | LineKind::Unknown
        | LineKind::Malformed => (Vec::new(), [].as_slice()),
    };
    for attribute in attributes {
        spans.push(attribute.keyword.span);
        spans.extend(attribute.value.as_ref().map(|value| value.span));
    }
    spans
}

/// What stands at the span, read again as a value.
fn text_at(file: &LicenseFile, span: Span) -> String {
    String::from_utf8(file.to_bytes()[span.range()].to_vec()).unwrap()
}

proptest! {
    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        assert_faithful(&bytes);
    }

    #[test]
    fn plausible_files_come_back(bytes in plausible_file()) {
        assert_faithful(&bytes);
    }

    #[test]
    fn values_stand_where_they_say(
        indent in "[ \t]{0,3}",
        notice in "[a-zäöü€ ]{1,12}",
        count in 1_u32..5000,
        wrap in prop::sample::select(vec![" ", " \\\n", "\\\n", " \\\r\n  ", "\t\\ \n\t"]),
    ) {
        let text = format!("{indent}INCREMENT f1 ACME 1.0 permanent {count}{wrap}NOTICE=\"{notice}\"{wrap}SN=x:1{wrap}sort=7\n");
        let file = parse(text.as_bytes());
        let (_, increment) = file.increments().next().unwrap();
        let license = &increment.license;
        prop_assert_eq!(text_at(&file, license.count.span), count.to_string());
        prop_assert_eq!(license.count.value, Some(count));
        let read = license.terms.notice.clone().unwrap_or_default();
        prop_assert_eq!(read, notice.trim());
        let value = license.attribute("NOTICE").unwrap().value.clone().unwrap();
        prop_assert_eq!(text_at(&file, value.span), format!("\"{notice}\""));
        prop_assert_eq!(license.terms.sort, 7);
        prop_assert_eq!(license.terms.serial_number.as_deref(), Some("x:1"));
        // The place in lines and columns leads to the same characters as the one in bytes.
        let place = license.attribute("SN").unwrap().keyword.at;
        let line = text.lines().nth(place.line as usize - 1).unwrap();
        let from_column: String = line.chars().skip(place.column as usize - 1).take(2).collect();
        prop_assert_eq!(from_column, "SN");
    }
}

#[test]
fn empty_file_is_empty() {
    let file = parse(b"");
    assert!(file.lines.is_empty() && file.findings.is_empty());
}

#[test]
fn enormous_files_and_lines_are_kept_and_reported() {
    let huge = vec![b'\n'; 16 * 1024 * 1024 + 1];
    let file = parse(&huge);
    assert_eq!((file.lines.len(), file.findings.len()), (1, 1));
    assert_eq!(file.to_bytes().len(), huge.len());

    let many = b"\n".repeat(250_000);
    let file = parse(&many);
    assert_eq!(file.lines.len(), 200_001);
    assert_eq!(file.to_bytes(), many);
    assert!(
        file.findings
            .iter()
            .any(|finding| finding.text.contains("Only 200000 lines"))
    );

    let mut long = b"INCREMENT f ACME 1.0 permanent 1 NOTICE=".to_vec();
    long.extend(b"x".repeat(2 * 1024 * 1024));
    long.extend(b"\nINCREMENT g ACME 1.0 permanent 1 SIGN=0\n");
    let file = parse(&long);
    assert_eq!(super::kinds(&file), ["malformed", "increment"]);
    assert_eq!(file.to_bytes(), long);
}

#[test]
fn findings_are_bounded() {
    let text = "NONSENSE x\n".repeat(5000);
    let file = super::read(&text);
    assert_eq!(file.findings.len(), 1001);
    assert!(
        file.findings
            .last()
            .unwrap()
            .text
            .contains("4000 further findings")
    );
}

#[test]
fn memory_is_bounded_by_what_is_kept() {
    let mut text = String::from("INCREMENT f ACME 1.0 permanent 1");
    for _ in 0..3 {
        text.push_str(&" a".repeat(200_000));
        text.push_str("\nINCREMENT f ACME 1.0 permanent 1");
    }
    let file = super::read(&text);
    assert!(
        file.findings
            .iter()
            .any(|finding| finding.text.contains("more than 500000 words"))
    );
}

#[test]
fn deep_braces_do_not_exhaust_the_stack() {
    let text = format!(
        "INCREMENT f ACME 1.0 permanent 1 AUTH={} SIGN=1\n",
        "{".repeat(200_000)
    );
    assert_eq!(super::read(&text).to_bytes(), text.as_bytes());
    let text = format!(
        "INCREMENT f ACME 1.0 permanent 1 AUTH={}{} SN=1\n",
        "{".repeat(90_000),
        "}".repeat(90_000)
    );
    assert_eq!(
        super::increment(&text).license.terms.serial_number.as_deref(),
        Some("1")
    );
}
