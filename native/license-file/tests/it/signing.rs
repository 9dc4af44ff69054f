//! Signatures: what breaks them and what does not.

use base64::Engine;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{Edit, LicenseFile, LineKind, Terms, parse};
use licensing_license_file::signing::{
    CanonicalLine, FileBinding, InvalidTrustFile, IssuerKey, KeyId, SignatureDetail, SignedLine, TrustStore,
    TrustedIssuer,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

const UNSIGNED: &str = "# Made for tests\n\
    SERVER this_host HOSTNAME=LS01 27000\n\
    VENDOR ACME\n\
    INCREMENT DESIGN_PRO_CCU ACME 2026.0401 31-dec-2030 25 \\\n\
    VENDOR_STRING=;LT=Retail;GP=720;ODP=10 DUP_GROUP=V ISSUED=01-apr-2026 \\\n\
    NOTICE=\"Example Müller & Co\" SN=ORDER1:1 BORROW asset_info=desk\n\
    FEATURE SERVER_BASE ACME 1.0 permanent uncounted HOSTID=ANY TS_OK OVERDRAFT=1\n\
    UPGRADE DESIGN_PRO_CCU ACME 1.0 2.0 permanent 5 SN=ORDER1:2\n\
    PACKAGE SUITE ACME 1.0 COMPONENTS=\"DESIGN_PRO_CCU PLAN\" OPTIONS=SUITE\n";

fn key(seed: u8) -> IssuerKey {
    IssuerKey::from_random(&Zeroizing::new([seed; 32]))
}

fn trust(key: &IssuerKey, vendors: &[&str]) -> TrustStore {
    let vendors: Vec<String> = vendors.iter().map(|vendor| (*vendor).to_owned()).collect();
    [key.public("Example Issuer", &vendors).unwrap()]
        .into_iter()
        .collect()
}

fn signed(text: &str) -> String {
    String::from_utf8(key(1).sign_file(&parse(text.as_bytes()))).unwrap()
}

/// States of the lines that have one.
fn states(file: &LicenseFile, trust: &TrustStore) -> Vec<SignatureState> {
    trust.verify(file).into_iter().flatten().collect()
}

fn states_of(text: &str) -> Vec<SignatureState> {
    states(&parse(text.as_bytes()), &trust(&key(1), &["ACME"]))
}

#[test]
fn a_signed_file_is_valid_and_otherwise_as_it_was() {
    let text = signed(UNSIGNED);
    assert_eq!(states_of(&text), [SignatureState::Valid; 4]);
    let mut pieces = text.split(" \\\n  LSIGN=\"");
    let mut without = pieces.next().unwrap().to_owned();
    without.extend(pieces.map(|piece| piece.split_once('"').unwrap().1));
    assert_eq!(without, UNSIGNED);
    let file = parse(text.as_bytes());
    assert!(
        file.findings.iter().all(|finding| finding.number != Some(-114)),
        "{:#?}",
        file.findings
    );
    assert_eq!(signed(&text), text, "signing again changes nothing");
}

#[test]
fn states_tell_why() {
    let one = |attributes: &str| {
        format!(
            "SERVER this_host HOSTNAME=ls01\nVENDOR ACME\nINCREMENT f ACME 1.0 permanent 1 {attributes}\n"
        )
    };
    assert_eq!(
        states_of(&one("SIGN=\"0123 4567\"")),
        [SignatureState::Unverifiable]
    );
    assert_eq!(
        states_of(&one("SIGN2=\"0123 4567\"")),
        [SignatureState::Unverifiable]
    );
    assert_eq!(states_of(&one("AUTH={a=1}")), [SignatureState::Unverifiable]);
    assert_eq!(
        states_of(&one("0123456789ABCDEF NOTICE=x")),
        [SignatureState::Unverifiable]
    );
    assert_eq!(states_of(&one("NOTICE=x")), [SignatureState::Missing]);
    assert_eq!(states_of(&one("SIGN=")), [SignatureState::Missing]);
    for bad in [
        "LSIGN",
        "LSIGN=",
        "LSIGN=x",
        "LSIGN=rsa:0123456789abcdef:AAAA",
        "LSIGN=ed25519:01:AAAA",
    ] {
        assert_eq!(states_of(&one(bad)), [SignatureState::Invalid], "{bad}");
    }
    let text = signed(&one("NOTICE=x"));
    let file = parse(text.as_bytes());
    assert_eq!(
        states(&file, &trust(&key(2), &["ACME"])),
        [SignatureState::UnknownIssuer]
    );
    assert_eq!(states(&file, &TrustStore::new()), [SignatureState::UnknownIssuer]);
    assert_eq!(
        states(&file, &trust(&key(1), &["OTHER"])),
        [SignatureState::UnknownIssuer]
    );
    assert_eq!(
        states(&file, &trust(&key(1), &["OTHER", "acme"])),
        [SignatureState::Valid]
    );
    assert_eq!(states(&file, &trust(&key(1), &["*"])), [SignatureState::Valid]);

    let reports = trust(&key(1), &["ACME"]).examine(&file);
    let detail = reports.into_iter().flatten().next().unwrap().detail;
    assert_eq!(
        detail,
        SignatureDetail::Holds {
            issuer: "Example Issuer".into(),
            key_id: key(1).key_id()
        }
    );

    let twice = text.replace("LSIGN=", "LSIGN=ed25519:0123456789abcdef:AAAA LSIGN=");
    assert_eq!(states_of(&twice), [SignatureState::Invalid]);
    // Our signature may stand beside a vendor's own and covers it.
    let both = signed(&one("SIGN=\"0123 4567\""));
    assert_eq!(states_of(&both), [SignatureState::Valid]);
    assert_eq!(
        states_of(&both.replace("4567", "4568")),
        [SignatureState::Invalid]
    );
}

#[test]
fn what_an_administrator_may_edit_does_not_break_it() {
    let text = signed(UNSIGNED);
    let file = parse(text.as_bytes());
    let edits = [
        Edit::ServerHost {
            server: 0,
            host: "ls01.example".into(),
        },
        Edit::ServerPort {
            server: 0,
            port: 1234,
        },
        Edit::VendorPath {
            vendor: "ACME".into(),
            path: "C:\\daemon dir\\acmed.exe".into(),
        },
        Edit::VendorOptions {
            vendor: "ACME".into(),
            path: "/etc/acme.opt".into(),
        },
        Edit::VendorPort {
            vendor: "ACME".into(),
            port: 4000,
        },
        Edit::Attribute {
            line: 3,
            keyword: "asset_info".into(),
            value: None,
        },
        Edit::Attribute {
            line: 3,
            keyword: "sort".into(),
            value: Some("7".into()),
        },
        Edit::Attribute {
            line: 4,
            keyword: "own_note".into(),
            value: Some("a b".into()),
        },
    ];
    let trust = trust(&key(1), &["ACME"]);
    for edit in &edits {
        assert_eq!(
            states(&file.edited(edit).unwrap(), &trust),
            [SignatureState::Valid; 4],
            "{edit:?}"
        );
    }
    for changed in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        text.replace(" \\\n  LSIGN", "\tLSIGN"),
        text.replace(" \\\n", "   \\\n# between\n\t "),
        text.replace("# Made for tests\n", ""),
        text.replace("HOSTNAME=LS01", "hostname=ls01"),
        text.replace("VENDOR ACME\n", "USE_SERVER\nVENDOR ACME\nVENDOR OTHER\n"),
        text.replace(
            "NOTICE=\"Example Müller & Co\"",
            "NOTICE=\"Example \\\n  Müller\t&  Co\"",
        ),
        text.replace("DUP_GROUP=V", "DUP_GROUP=\"V\""),
        text.replace("INCREMENT DESIGN", "increment DESIGN"),
        text.replace("permanent", "1-jan-0"),
        text.replace("uncounted", "0"),
    ] {
        assert_ne!(changed, text);
        assert_eq!(states_of(&changed), [SignatureState::Valid; 4], "{changed}");
    }
    let latin: Vec<u8> = text
        .chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect();
    assert_eq!(
        states(&parse(&latin), &trust),
        [SignatureState::Valid; 4],
        "saved as Latin-1"
    );
}

#[test]
fn everything_else_breaks_it() {
    let text = signed(UNSIGNED);
    // What is changed, and how many of the four lines do not hold any more.
    let table = [
        ("HOSTNAME=LS01", "HOSTNAME=LS02", 4),
        ("HOSTNAME=LS01", "ANY", 4),
        ("SERVER this_host HOSTNAME=LS01 27000\n", "", 4),
        ("VENDOR ACME\n", "VENDOR ACME\nSERVER b HOSTNAME=b\n", 4),
        ("INCREMENT DESIGN_PRO_CCU", "FEATURE DESIGN_PRO_CCU", 1),
        ("INCREMENT DESIGN_PRO_CCU", "INCREMENT DESIGN_PRO_CCX", 1),
        ("INCREMENT DESIGN_PRO_CCU", "INCREMENT design_PRO_CCU", 1),
        ("2026.0401", "2026.0402", 1),
        ("2026.0401", "2027.0401", 1),
        ("31-dec-2030", "31-dec-2031", 1),
        ("31-dec-2030", "permanent", 1),
        (" 25 ", " 26 ", 1),
        (" 25 ", " uncounted ", 1),
        ("LT=Retail", "LT=NFR", 1),
        ("ODP=10", "ODP=90", 1),
        ("DUP_GROUP=V", "DUP_GROUP=UHD", 1),
        ("DUP_GROUP=V ", "", 1),
        ("Müller", "Muller", 1),
        ("Müller & Co", "Müller&Co", 1),
        ("SN=ORDER1:1", "SN=ORDER1:9", 1),
        (" BORROW ", " ", 1),
        (" BORROW ", " BORROW=9999 ", 1),
        ("asset_info=desk", "asset_info=desk OVERDRAFT=1000", 1),
        ("asset_info=desk", "asset_info=desk overdraft=1000", 1),
        ("asset_info=desk", "asset_info=desk Overdraft=1000", 1),
        ("asset_info=desk", "asset_info=desk NEW", 1),
        ("asset_info=desk", "asset_info=desk new", 1),
        ("asset_info=desk", "asset_info=desk SORT=1", 1),
        ("OVERDRAFT=1", "OVERDRAFT=11", 1),
        ("TS_OK", "", 1),
        ("HOSTID=ANY", "HOSTID=\"ANY 1234\"", 1),
        ("1.0 2.0 permanent 5", "0.5 2.0 permanent 5", 1),
        ("1.0 2.0 permanent 5", "1.0 3.0 permanent 5", 1),
        ("1.0 2.0 permanent 5", "1.0 2.0 permanent 6", 1),
        ("DESIGN_PRO_CCU PLAN", "DESIGN_PRO_CCU PLAN MORE", 1),
        ("OPTIONS=SUITE", "OPTIONS=SUITE_RESERVED", 1),
        // Blanks of other alphabets are text: they would make one component of two.
        ("DESIGN_PRO_CCU PLAN", "DESIGN_PRO_CCU\u{a0}PLAN", 1),
        ("DESIGN_PRO_CCU PLAN", "DESIGN_PRO_CCU\u{2028}PLAN", 1),
        (
            "VENDOR_STRING=;LT=Retail;GP=720;ODP=10 DUP_GROUP=V",
            "DUP_GROUP=V VENDOR_STRING=;LT=Retail;GP=720;ODP=10",
            1,
        ),
    ];
    for (from, to, broken) in table {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not there");
        let valid = states_of(&changed)
            .into_iter()
            .filter(|state| *state == SignatureState::Valid)
            .count();
        assert_eq!(valid, 4 - broken, "{from} to {to}");
    }
}

#[test]
fn a_signature_belongs_to_its_line() {
    let text = signed(UNSIGNED);
    let file = parse(text.as_bytes());
    let signatures: Vec<&str> = text
        .split('"')
        .filter(|part| part.starts_with("ed25519:"))
        .collect();
    assert_eq!(signatures.len(), 4);
    let exchanged = text
        .replace(signatures[0], "#")
        .replace(signatures[1], signatures[0])
        .replace('#', signatures[1]);
    // The comment's sign was exchanged as well; only the lines matter.
    let states = states_of(&exchanged);
    assert_eq!(states[..2], [SignatureState::Invalid; 2]);
    assert_eq!(file.lines.len(), 7);
}

#[test]
fn the_covered_text_is_the_documented_one() {
    let file = parse(UNSIGNED.as_bytes());
    let line = file
        .lines
        .iter()
        .find(|line| matches!(line.kind, LineKind::Increment(_)))
        .unwrap();
    let canonical = CanonicalLine::of(&line.kind, &FileBinding::of(&file)).unwrap();
    assert_eq!(
        canonical.as_str(),
        "licensing-line 1\n\
         host HOSTNAME=ls01\n\
         line INCREMENT\n\
         feature DESIGN_PRO_CCU\n\
         vendor ACME\n\
         version 2026.0401\n\
         expires 31-dec-2030\n\
         count 25\n\
         set VENDOR_STRING ;LT=Retail;GP=720;ODP=10\n\
         set DUP_GROUP V\n\
         set ISSUED 01-apr-2026\n\
         set NOTICE Example Müller & Co\n\
         set SN ORDER1:1\n\
         flag BORROW\n"
    );
}

#[test]
fn keys_are_stored_as_pem_and_never_shown() {
    let key = key(7);
    let pem = key.to_pem().unwrap();
    // RFC 8410, version 1: what other programs read and write.
    let der = [
        hex::decode("302e020100300506032b657004220420").unwrap(),
        vec![7; 32],
    ]
    .concat();
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    assert_eq!(
        *pem,
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
    );
    let again = IssuerKey::from_pem(&pem).unwrap();
    assert_eq!(again.key_id(), key.key_id());
    assert_eq!(format!("{key:?}"), format!("IssuerKey({})", key.key_id()));
    for bad in [
        "",
        "x",
        &pem.replace("PRIVATE KEY", "PUBLIC KEY"),
        &pem[..pem.len() / 2],
        &pem.replace('M', "N"),
    ] {
        let error = IssuerKey::from_pem(bad).unwrap_err().to_string();
        assert!(
            !error.contains(pem.lines().nth(1).unwrap()),
            "the error shows the key"
        );
    }
}

#[test]
fn trust_files_are_read_strictly() {
    let issuer = key(7)
        .public("Example Issuer", &["ACME".into(), "OTHER".into()])
        .unwrap();
    let text = issuer.to_text().unwrap();
    assert_eq!(TrustedIssuer::from_text(&text), Ok(issuer.clone()));
    assert_eq!((issuer.issuer(), issuer.vendors().len()), ("Example Issuer", 2));
    assert_eq!(issuer.key_id().to_string().len(), 16);
    assert_eq!(
        issuer.key_id().to_string().parse::<KeyId>().unwrap(),
        issuer.key_id()
    );

    let other = key(8).public("x", &["*".into()]).unwrap().key_id().to_string();
    let with = |from: &str, to: &str| TrustedIssuer::from_text(&text.replace(from, to));
    assert!(matches!(
        with(&issuer.key_id().to_string(), &other),
        Err(InvalidTrustFile::KeyId { .. })
    ));
    assert_eq!(with("Example Issuer", " "), Err(InvalidTrustFile::Issuer));
    assert_eq!(
        with("[\"ACME\", \"OTHER\"]", "[]"),
        Err(InvalidTrustFile::Vendors)
    );
    assert!(matches!(
        with("issuer", "unknown"),
        Err(InvalidTrustFile::Form(_))
    ));
    assert!(matches!(
        with("key_id", "comment = 1\nkey_id"),
        Err(InvalidTrustFile::Form(_))
    ));
    assert_eq!(
        TrustedIssuer::from_text(&"#".repeat(70_000)),
        Err(InvalidTrustFile::TooLarge)
    );
    // The identity element: a key under which anybody can sign.
    let weak = "key_id = \"0000000000000000\"\nissuer = \"x\"\nvendors = [\"*\"]\n\
                public_key = \"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n";
    assert!(TrustedIssuer::from_text(weak).is_err());
}

/// What a line grants, without what the administrator may change.
fn meaning(line: &LineKind) -> Option<String> {
    let publishers = |terms: &Terms| {
        let mut terms = terms.clone();
        let default = Terms::default();
        (terms.sort, terms.asset_info, terms.dist_info) = (default.sort, None, None);
        (terms.user_info, terms.vendor_info) = (None, None);
        terms.notice = terms
            .notice
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        terms
    };
    let license = match line {
        LineKind::Increment(increment) => &increment.license,
        LineKind::Upgrade(upgrade) => &upgrade.license,
        LineKind::Package(package) => {
            let (name, terms) = (&package.name.value, publishers(&package.terms));
            return Some(format!(
                "{name} {:?} {:?} {terms:?}",
                package.components, package.suite
            ));
        }
        _ => return None,
    };
    Some(format!(
        "{} {} {} {} {:?} {} {:?}",
        license.feature.value,
        license.vendor.value,
        license.version.value,
        license.expires.value,
        license.count.value,
        license.overdraft(),
        publishers(&license.terms)
    ))
}

proptest! {
    /// Whatever is done to a signed file: a line that verifies grants what one of the signed lines granted.
    #[test]
    fn no_edit_changes_what_a_valid_line_grants(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30, piece()), 1..4),
    ) {
        let original = signed(UNSIGNED);
        let granted: Vec<String> =
            parse(original.as_bytes()).lines.iter().filter_map(|line| meaning(&line.kind)).collect();
        let mut bytes = original.into_bytes();
        for (place, length, new) in edits {
            let start = place.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, new);
        }
        let file = parse(&bytes);
        let states = trust(&key(1), &["ACME"]).verify(&file);
        for (line, state) in file.lines.iter().zip(states) {
            if state == Some(SignatureState::Valid) {
                prop_assert!(granted.contains(&meaning(&line.kind).unwrap()), "{:?}", line.kind);
            }
        }
    }

    /// However a signed file is wrapped, indented, commented and ordered, it stays valid.
    #[test]
    fn any_layout_keeps_it_valid(
        blanks in prop::collection::vec(
            prop::sample::select(vec![" ", "  ", "\t", " \\\n", "\\\r\n", " \\\n\t", " \\ \n", " \\\n# note\n"]), 1..40),
        order in Just(vec![0, 1, 2, 3, 4, 5]).prop_shuffle(),
        between in prop::sample::select(vec!["", "\n", "# comment \\\n", "   \r\n"]),
    ) {
        let text = signed(UNSIGNED).replace(" \\\n", " ");
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let mut number = 0;
        let mut laid_out = String::new();
        for index in order {
            laid_out.push_str(between);
            // Any blank may become any white space, in quoted values as well.
            for (word, text) in lines[index].split_whitespace().enumerate() {
                if word > 0 {
                    // Inside quotes `#` is text.
                    let in_quotes = laid_out.matches('"').count() % 2 == 1;
                    let blank = blanks[number % blanks.len()];
                    laid_out.push_str(if in_quotes && blank.contains('#') { " " } else { blank });
                    number += 1;
                }
                laid_out.push_str(text);
            }
            laid_out.push('\n');
        }
        let states = states_of(&laid_out);
        prop_assert_eq!(states, [SignatureState::Valid; 4], "{}", laid_out);
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "",
            " ",
            "\n",
            " \\\n",
            "\"",
            "#",
            "9",
            "0",
            "OVERDRAFT=99",
            " overdraft=99 ",
            " permanent ",
            " BORROW ",
            "=",
            "HOSTNAME=ls02",
            "SERVER a ANY\n",
            "FEATURE",
            "INCREMENT DESIGN_PRO_CCU ACME 2026.0401 31-dec-2030 2500 ",
            "\\",
            "asset_info=",
            "\u{a0}",
            "\u{b}",
            "\u{85}",
            "\u{2028}",
            "\u{3000}",
            "\r",
            "\t",
            "sort=1 ",
            "{",
            "}",
            ":",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// All signed lines of a text, apart from their file.
fn signed_lines(text: &str) -> Vec<SignedLine> {
    let file = parse(signed(text).as_bytes());
    let binding = FileBinding::of(&file);
    let lines = file.lines.iter();
    lines
        .filter_map(|line| SignedLine::of(&line.kind, &binding))
        .collect()
}

#[test]
fn a_line_apart_from_its_file_verifies_for_whoever_has_the_public_key() {
    let text = format!(
        "{UNSIGNED}INCREMENT QUOTED ACME 1.0 permanent 1 NOTICE={{say \"hi\" twice}} START=1-jan-2026\n"
    );
    let public = key(1).public("Example Issuer", &["*".to_owned()]).unwrap();
    let public = public.to_text().unwrap();
    let public = public
        .lines()
        .find_map(|line| line.strip_prefix("public_key = "))
        .unwrap();
    let pinned = TrustedIssuer::from_public_key(public.trim_matches('"')).unwrap();
    let trust: TrustStore = [pinned].into_iter().collect();
    let lines = signed_lines(&text);
    assert_eq!(lines.len(), 5);
    for line in lines {
        let file = line.to_file(false).unwrap();
        assert_eq!(states(&file, &trust), [SignatureState::Valid], "{}", line.text);
        let stranger: TrustStore = [key(2).public("Other", &["*".to_owned()]).unwrap()]
            .into_iter()
            .collect();
        assert_eq!(states(&file, &stranger), [SignatureState::UnknownIssuer]);
        for (from, to) in [
            ("ACME", "OTHER"),
            ("HOSTNAME=ls01", "HOSTNAME=ls02"),
            ("version ", "version 9"),
        ] {
            let changed = SignedLine {
                text: line.text.replace(from, to),
                ..line.clone()
            };
            let file = changed.to_file(false).unwrap();
            assert!(
                !states(&file, &trust).contains(&SignatureState::Valid),
                "{}",
                changed.text
            );
        }
    }
}

#[test]
fn what_has_not_the_form_of_a_signed_line_makes_no_file() {
    let signature = "ed25519:0:0".to_owned();
    for text in ["", "licensing-line 2\n", "licensing-line 1\nserver x\n"] {
        let line = SignedLine {
            text: text.to_owned(),
            signature: signature.clone(),
        };
        assert!(line.to_file(false).is_none(), "{text:?}");
    }
}
