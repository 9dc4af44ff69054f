//! License files in plain English.

use jiff::civil::date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{HostIdentity, LicenseFile, parse};
use licensing_license_file::signing::{IssuerKey, TrustStore};
use licensing_seats::explain::{ExplainContext, Explanation, explain};
use licensing_seats::pool::InstalledFile;
use proptest::prelude::*;
use zeroize::Zeroizing;

const TODAY: jiff::civil::Date = date(2026, 6, 1);
const HEAD: &str = "SERVER this_host HOSTNAME=ls01\nVENDOR ACME\n";

fn key() -> IssuerKey {
    IssuerKey::from_random(&Zeroizing::new([4; 32]))
}

fn trust() -> TrustStore {
    [key()
        .public("Example Software", &["ACME".into(), "CITRIX".into()])
        .unwrap()]
    .into_iter()
    .collect()
}

fn signed(text: &str) -> LicenseFile {
    parse(&key().sign_file(&parse(text.as_bytes())))
}

/// Explains a file beside others on the server `ls01`, which accepts unverified lines of OPEN.
fn explained(file: &LicenseFile, others: &[(&str, &LicenseFile)]) -> Explanation {
    let trust = trust();
    let states = trust.verify(file);
    let others_states: Vec<_> = others.iter().map(|(_, file)| trust.verify(file)).collect();
    let installed: Vec<InstalledFile<'_>> = others
        .iter()
        .zip(&others_states)
        .map(|((name, file), signatures)| InstalledFile {
            name,
            file,
            signatures,
        })
        .collect();
    let host = HostIdentity::named("ls01");
    let context = ExplainContext {
        today: TODAY,
        host: &host,
        trust: &trust,
        installed: &installed,
        accepts_unverified: &|vendor| vendor == "OPEN",
        vendor_string_pools: &|_| true,
    };
    explain(
        &InstalledFile {
            name: "new.lic",
            file,
            signatures: &states,
        },
        &context,
    )
}

fn text_of(line: &str) -> String {
    let file = signed(&format!("{HEAD}{line}\n"));
    let explanation = explained(&file, &[]);
    explanation.lines.last().unwrap().text.clone()
}

#[test]
fn a_whole_file_reads_well() {
    let file = signed(
        "# head\nSERVER ls01.example HOSTNAME=ls01 27000\nVENDOR CITRIX /opt/x PORT=7279\nUSE_SERVER\n\n\
         INCREMENT XDT_PLT_UD CITRIX 2026.0401 31-dec-2030 125 \\\n\
         VENDOR_STRING=;LT=Retail;GP=720;CL=ENT,ADV,STD;SA=1;ODP=10;LP=90 DUP_GROUP=V ISSUED=01-apr-2026 \\\n\
         NOTICE=\"Example Ltd\" SN=ORDER1:1 START=1-apr-2026\n",
    );
    let explanation = explained(&file, &[]);
    let lines: Vec<_> = explanation
        .lines
        .iter()
        .map(|line| {
            (
                line.line,
                line.keyword.as_str(),
                line.feature.as_str(),
                line.signature,
                line.text.as_str(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                2,
                "SERVER",
                "",
                None,
                "Made out to the license server with the host name ls01. ls01 is that server. Clients reach it as \
                 ls01.example. Its license manager listens on port 27000."
            ),
            (
                3,
                "VENDOR",
                "",
                None,
                "Licenses of vendor CITRIX are served by a vendor daemon of their own. The path /opt/x is not used: \
                 this server brings its own daemon. It listens on port 7279."
            ),
            (
                4,
                "USE_SERVER",
                "",
                None,
                "Tells clients to ask the license server for everything below; it has no effect on the server."
            ),
            (
                6,
                "INCREMENT",
                "XDT_PLT_UD",
                Some(SignatureState::Valid),
                "Grants 125 seats of XDT_PLT_UD (Citrix XenDesktop Platinum, User/Device) for releases up to 1 April \
                 2026. Up to 12 seats more may be used as overdraft. Valid since 1 April 2026. Its last day is 31 \
                 December 2030 (in 1674 days). It is issued to Example Ltd, of type Retail, with serial number \
                 ORDER1:1, issued on 1 April 2026. Checkouts with the same client device or other data of the product \
                 share a seat. Its seats also satisfy requests for XDT_ENT_UD, XDT_ADV_UD and XDT_STD_UD that no license of their own \
                 can serve. Products that lose the server may go on for \
                 720 hours. A seat stays assigned for 90 days after its last use. Its Subscription Advantage ended on \
                 1 April 2026: what runs goes on running, newer releases need a renewal. Signed by Example Software, \
                 and unchanged."
            ),
        ]
    );
    assert!(explanation.findings.is_empty(), "{:?}", explanation.findings);
}

#[test]
fn each_line_says_what_it_means() {
    let table = [
        (
            "INCREMENT DESIGN ACME 2.1 permanent 1",
            "Grants 1 seat of DESIGN for versions up to 2.1. It never expires.",
        ),
        (
            "INCREMENT DESIGN_PRO_CCU ACME 1.0 permanent 2",
            "DESIGN_PRO_CCU (DESIGN PRO, Concurrent User)",
        ),
        (
            "FEATURE F ACME 1.0 permanent uncounted HOSTID=ANY",
            "Allows any number of F for versions up to 1.0; seats are not counted.",
        ),
        (
            "FEATURE F ACME 1.0 permanent uncounted HOSTID=\"ANY 12345678\"",
            "only on ANY and 12345678",
        ),
        (
            "FEATURE F ACME 1.0 permanent 5",
            "Of several FEATURE lines of this name only the first counts.",
        ),
        (
            "INCREMENT F ACME 1.0 31-may-2026 5",
            "It expired: its last day was 31 May 2026.",
        ),
        (
            "INCREMENT F ACME 1.0 1-jun-2026 5",
            "Its last day is 1 June 2026 (today).",
        ),
        (
            "INCREMENT F ACME 1.0 2-jun-2026 5",
            "Its last day is 2 June 2026 (in 1 day).",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 START=2-jun-2026",
            "Not valid before 2 June 2026.",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 OVERDRAFT=1",
            "Up to 1 seat more may be used as overdraft.",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 DUP_GROUP=UH",
            "Checkouts with the same user and host share a seat.",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 DUP_GROUP=SITE",
            "Everybody together takes one seat.",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 BORROW=1",
            "borrowed for up to 1 hour.",
        ),
        ("INCREMENT F ACME 1.0 permanent 5 LINGER=60", "60 seconds after"),
        (
            "INCREMENT F ACME 1.0 permanent 5 USER_BASED=3 HOST_BASED",
            "Only users that the options file names may use it, at most 3. Only hosts",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 VM_PLATFORMS=PHYSICAL PLATFORMS=\"a b\"",
            "platforms a and b. It is for physical machines only.",
        ),
        (
            "INCREMENT F ACME 1.0 permanent 5 VENDOR_STRING=;LT=NFR;SA=0",
            "of type NFR (Not for resale). It comes without Subscription Advantage.",
        ),
        ("INCREMENT F ACME 1.0 permanent 5 FLOAT_OK", "moves with a dongle"),
        (
            "UPGRADE F ACME 1.0 2.0 permanent 5",
            "Turns up to 5 seats of F from version 1.0 on into seats of version 2.0.",
        ),
        (
            "UPGRADE F ACME 1.0 2.0 permanent 5",
            "It has no effect here: no line before it has seats of a version that it upgrades.",
        ),
        (
            "PACKAGE P ACME 1.0 COMPONENTS=\"a b c d e f g\" OPTIONS=SUITE",
            "a package of a, b, c, d, e and 2 more.",
        ),
        (
            "PACKAGE P ACME 1.0 COMPONENTS=a OPTIONS=SUITE_RESERVED",
            "has the others reserved",
        ),
        ("sampled-f1-00737-55296-1825", "decimal format"),
        ("FEATURESET x", "historic"),
        ("SIGN=1234", "rest of the line above"),
        ("hello", "No line of a license file"),
        (
            "INCREMENT F ACME one permanent 5",
            "Cannot be used: 'one' is not a version.",
        ),
        ("SERVER x", "Cannot be used: SERVER needs"),
        ("SERVER x ANY", "Made out to any license server."),
        (
            "SERVER x 00A0C9ABCDEF",
            "with the host id 00A0C9ABCDEF. ls01 is another one",
        ),
        ("VENDOR X OPTIONS=/etc/x.opt", "Its options file is /etc/x.opt."),
    ];
    for (line, expected) in table {
        let text = text_of(line);
        assert!(
            text.contains(expected),
            "{line}\n  says: {text}\n  not: {expected}"
        );
    }
}

#[test]
fn signatures_and_hosts_are_told() {
    let line = "INCREMENT F ACME 1.0 permanent 5 SN=1";
    let text = String::from_utf8(signed(&format!("{HEAD}{line}\n")).to_bytes()).unwrap();
    let last = |text: &str| {
        let explanation = explained(&parse(text.as_bytes()), &[]);
        let last = explanation.lines.last().unwrap().clone();
        (last.signature.unwrap(), last.text)
    };
    let says = |text: &str, state: SignatureState, words: &str| {
        let (found, said) = last(text);
        assert_eq!(found, state, "{said}");
        assert!(said.contains(words), "{said}");
    };
    says(
        &text,
        SignatureState::Valid,
        "Signed by Example Software, and unchanged.",
    );
    says(
        &text.replace(" 5 ", " 6 "),
        SignatureState::Invalid,
        "is not what Example Software signed",
    );
    says(
        &text.replace("ed25519:", "rsa:"),
        SignatureState::Invalid,
        "algorithm of the signature is not known",
    );
    says(
        &text.replace("LSIGN", "LSIGN=x LSIGN"),
        SignatureState::Invalid,
        "more than one LSIGN",
    );
    let key_id = key().key_id().to_string();
    let unknown = text.replace(&key_id, "0123456789abcdef");
    says(
        &unknown,
        SignatureState::UnknownIssuer,
        "signed with the key 0123456789abcdef, which no file",
    );
    let other = signed(&format!("{HEAD}{}\n", line.replace("ACME", "OTHER")));
    let other = String::from_utf8(other.to_bytes()).unwrap();
    says(
        &other,
        SignatureState::UnknownIssuer,
        "is not trusted with licenses of OTHER",
    );
    says(
        &format!("{HEAD}{line}\n"),
        SignatureState::Missing,
        "Not granted: it is not signed.",
    );
    says(
        &format!("{HEAD}{line} SIGN=12\n"),
        SignatureState::Unverifiable,
        "accept_unverified does not name ACME",
    );
    let open = format!("{HEAD}{} SIGN=12\n", line.replace("ACME", "OPEN"));
    says(&open, SignatureState::Unverifiable, "granted all the same");

    let elsewhere = signed(&format!("SERVER this_host HOSTNAME=ls02\nVENDOR ACME\n{line}\n"));
    let lines = explained(&elsewhere, &[]).lines;
    assert!(
        lines[0].text.contains("host name ls02. ls01 is another one"),
        "{}",
        lines[0].text
    );
    assert!(
        lines[2]
            .text
            .contains("Not granted on this server: the file is bound to another one.")
    );
    let nowhere = signed(&format!("VENDOR ACME\n{line}\n"));
    assert!(
        explained(&nowhere, &[]).lines[1]
            .text
            .contains("belong to no server")
    );
}

#[test]
fn neighbours_are_told() {
    let file = signed(&format!(
        "{HEAD}INCREMENT F ACME 1.0 permanent 5 SN=A:1 ISSUED=1-jan-2026\n\
         INCREMENT f ACME 2.0 permanent 5 SN=A:1 ISSUED=1-feb-2026 SUPERSEDE\n\
         INCREMENT G ACME 1.0 permanent 5 SN=A:1\n\
         INCREMENT XDS_ENT_CCS ACME 1.0 permanent 5 SN=A:2\n\
         INCREMENT XDT_ENT_CCS ACME 1.0 permanent 5 SN=A:2\n\
         INCREMENT H ACME 1.0 permanent 5 SUPERSEDE=\"OLD OLDER\" ISSUED=1-feb-2026\n"
    ));
    let other = signed(&format!(
        "{HEAD}INCREMENT F ACME 1.0 permanent 5 SN=A:1\nINCREMENT OLD ACME 1.0 permanent 5\n\
         INCREMENT OLDER ACME 1.0 permanent 5 ISSUED=1-feb-2026\nINCREMENT G ACME 1.0 permanent 5 ISSUED=1-may-2026 SUPERSEDE\n"
    ));
    let explanation = explained(&file, &[("other.lic", &other)]);
    let line = |number: u32| {
        explanation
            .lines
            .iter()
            .find(|line| line.line == number)
            .unwrap()
            .text
            .as_str()
    };
    let file = &explanation.lines;
    let numbers: Vec<u32> = file.iter().map(|line| line.line).collect();
    assert_eq!(
        numbers,
        [1, 2, 3, 5, 7, 9, 11, 13],
        "each signature has a physical line of its own"
    );
    assert!(
        line(3).contains("Serial number A:1 is also that of line 5 and 1 other line."),
        "{}",
        line(3)
    );
    assert!(
        line(3).contains("It has no effect here: it is superseded by line 5."),
        "{}",
        line(3)
    );
    assert!(
        line(5).contains("Serial number A:1 is also that of line 3 and 1 other line."),
        "{}",
        line(5)
    );
    assert!(
        line(5)
            .contains("Replaces lines of f issued before 1 February 2026. It takes 2 lines out of use here."),
        "{}",
        line(5)
    );
    assert!(!line(5).contains("no effect"), "{}", line(5));
    assert!(
        !line(7).contains("Serial number"),
        "another feature of the same purchase is not odd: {}",
        line(7)
    );
    assert!(
        line(7).contains("It has no effect here: it is superseded by line 9 of other.lic."),
        "{}",
        line(7)
    );
    assert!(
        line(9).contains("One purchase with XDT_ENT_CCS in line 11"),
        "{}",
        line(9)
    );
    assert!(
        line(11).contains("One purchase with XDS_ENT_CCS in line 9"),
        "{}",
        line(11)
    );
    assert!(
        line(13).contains(
            "Replaces lines of OLD and OLDER issued before 1 February 2026. It takes 1 line out of use here."
        ),
        "{}",
        line(13)
    );
    let found: Vec<(u32, &str)> = explanation
        .findings
        .iter()
        .map(|finding| (finding.line, finding.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (
                3,
                "INCREMENT F has no effect. It is superseded by line 5 of new.lic."
            ),
            (
                3,
                "F with serial number A:1 is there more than once: also in line 5 and 1 other line."
            ),
            (
                5,
                "f with serial number A:1 is there more than once: also in line 3 and 1 other line."
            ),
            (
                7,
                "INCREMENT G has no effect. It is superseded by line 9 of other.lic."
            ),
        ]
    );
}

#[test]
fn what_is_about_to_expire_is_found() {
    for (last, found) in [
        ("14-jun-2026", 1),
        ("15-jun-2026", 1),
        ("16-jun-2026", 0),
        ("1-jun-2026", 1),
    ] {
        let file = signed(&format!("{HEAD}INCREMENT F ACME 1.0 {last} 5\n"));
        assert_eq!(explained(&file, &[]).findings.len(), found, "{last}");
    }
}

proptest! {
    #[test]
    fn anything_that_can_be_read_can_be_explained(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "SERVER a HOSTNAME=ls01\n", "VENDOR ACME\n", "INCREMENT F ACME 2026.0401 permanent 5 ", "SUPERSEDE ",
                "ISSUED=1-jan-2026 ", "SN=1 ", "\n", "PACKAGE F ACME 1.0 COMPONENTS=a SUPERSEDE=F ", "OVERDRAFT=4294967295 ",
                "UPGRADE F ACME 1.0 2.0 1-jan-9999 5 ", "INCREMENT XDS_ ACME 1 1-jan-0001 1 ", "START=31-dec-9999 ", "é", "\"",
                "LSIGN=ed25519:0123456789abcdef:AAAA ", "DUP_GROUP=UHDV ", "hello",
            ]),
            0..25,
        ),
    ) {
        let file = parse(pieces.concat().as_bytes());
        let explanation = explained(&file, &[("other.lic", &file)]);
        let meaningful = file.lines.iter().filter(|line| {
            use licensing_license_file::license_file::LineKind::{Blank, Comment};
            !matches!(line.kind, Blank | Comment)
        });
        prop_assert_eq!(explanation.lines.len(), meaningful.count());
        prop_assert!(explanation.lines.iter().all(|line| !line.text.is_empty()));
    }
}
