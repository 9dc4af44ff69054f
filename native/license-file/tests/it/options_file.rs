use licensing_api::finding::Severity;
use licensing_license_file::options_file::{
    AccessList, Directive, EntitlementList, FqdnMatching, LogEvent, LogPath, MaxWho, OptionLineKind,
    OptionsFile, Selector, SelectorKey, Who, WhoKind, parse,
};
use proptest::prelude::*;

fn read(text: &str) -> OptionsFile {
    let file = parse(text.as_bytes());
    assert_eq!(file.to_bytes(), text.as_bytes());
    file
}

fn only(text: &str) -> Directive {
    let file = read(text);
    assert_eq!(file.findings, vec![], "{text}");
    let found: Vec<_> = file
        .directives()
        .map(|(_, directive)| directive.clone())
        .collect();
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

fn feature(name: &str) -> Selector {
    Selector {
        feature: name.to_owned(),
        key: None,
    }
}

fn narrowed(name: &str, key: SelectorKey, value: &str) -> Selector {
    Selector {
        feature: name.to_owned(),
        key: Some((key, value.to_owned())),
    }
}

fn who(kind: WhoKind, name: &str) -> Who {
    Who {
        kind,
        name: name.to_owned(),
    }
}

fn include(selector: Selector, who: Who) -> Directive {
    Directive::Access {
        list: AccessList::Include,
        selector: Some(selector),
        who,
    }
}

#[test]
fn every_option_is_read() {
    let anna = || who(WhoKind::User, "anna");
    let cases = [
        ("AUTOMATIC_REREAD OFF", Directive::AutomaticReread(false)),
        ("automatic_reread on", Directive::AutomaticReread(true)),
        ("DAEMON_SELECT_TIMEOUT 60", Directive::DaemonSelectTimeout(60)),
        (
            "DEBUGLOG +\"D:/Log files/acme.log\"",
            Directive::DebugLog(LogPath {
                path: "D:/Log files/acme.log".to_owned(),
                append: true,
            }),
        ),
        (
            "DEBUGLOG C:\\logs\\acme.log",
            Directive::DebugLog(LogPath {
                path: "C:\\logs\\acme.log".to_owned(),
                append: false,
            }),
        ),
        (
            "REPORTLOG \"+/var/log/acme usage\" HIDE_USER",
            Directive::ReportLog {
                path: LogPath {
                    path: "/var/log/acme usage".to_owned(),
                    append: true,
                },
                hide_user: true,
            },
        ),
        ("NOLOG IN", Directive::NoLog(vec![LogEvent::In])),
        (
            "NOLOG queued UNSUPPORTED",
            Directive::NoLog(vec![LogEvent::Queued, LogEvent::Unsupported]),
        ),
        (
            "FQDN_MATCHING lenient",
            Directive::FqdnMatching(FqdnMatching::Lenient),
        ),
        (
            "GROUP  design\tanna  \"Marta Rodríguez\" ",
            Directive::Group {
                name: "design".to_owned(),
                members: vec!["anna".to_owned(), "Marta Rodríguez".to_owned()],
            },
        ),
        (
            "HOST_GROUP farm h1 10.1.*.*",
            Directive::HostGroup {
                name: "farm".to_owned(),
                members: vec!["h1".to_owned(), "10.1.*.*".to_owned()],
            },
        ),
        ("GROUPCASEINSENSITIVE ON", Directive::GroupCaseInsensitive(true)),
        ("INCLUDE cad USER anna", include(feature("cad"), anna())),
        (
            "INCLUDE cad USER_GROUP design",
            include(feature("cad"), who(WhoKind::Group, "design")),
        ),
        (
            "INCLUDE cad:VERSION=2.0 HOST h1",
            include(
                narrowed("cad", SelectorKey::Version, "2.0"),
                who(WhoKind::Host, "h1"),
            ),
        ),
        (
            "INCLUDE \"a:b NOTICE=Acme Works\" INTERNET 10.*.*.7",
            include(
                narrowed("a:b", SelectorKey::Notice, "Acme Works"),
                who(WhoKind::Internet, "10.*.*.7"),
            ),
        ),
        (
            "INCLUDE cad:Asset_info=\"room 7\" PROJECT bridge",
            include(
                narrowed("cad", SelectorKey::AssetInfo, "room 7"),
                who(WhoKind::Project, "bridge"),
            ),
        ),
        (
            "INCLUDE a:b DISPLAY :0.0",
            include(feature("a:b"), who(WhoKind::Display, ":0.0")),
        ),
        (
            "INCLUDE cad:ENTITLEMENT=E1 USER anna",
            include(narrowed("cad", SelectorKey::Entitlement, "E1"), anna()),
        ),
        (
            "EXCLUDEALL HOST_GROUP farm",
            Directive::Access {
                list: AccessList::Exclude,
                selector: None,
                who: who(WhoKind::HostGroup, "farm"),
            },
        ),
        (
            "INCLUDE_BORROW cad USER anna",
            Directive::Access {
                list: AccessList::IncludeBorrow,
                selector: Some(feature("cad")),
                who: anna(),
            },
        ),
        (
            "EXCLUDE_ENTITLEMENT E1 USER anna",
            Directive::Entitlement {
                list: EntitlementList::Exclude,
                id: Some("E1".to_owned()),
                who: anna(),
            },
        ),
        (
            "INCLUDEALL_ENTITLEMENT USER anna",
            Directive::Entitlement {
                list: EntitlementList::Include,
                id: None,
                who: anna(),
            },
        ),
        (
            "MAX 35 MPS_ENT_CCU:VERSION=2004.0501 HOST h",
            Directive::Max {
                seats: 35,
                selector: narrowed("MPS_ENT_CCU", SelectorKey::Version, "2004.0501"),
                who: MaxWho::One(who(WhoKind::Host, "h")),
            },
        ),
        (
            "MAX 0 cad USER ALL_USERS",
            Directive::Max {
                seats: 0,
                selector: feature("cad"),
                who: MaxWho::AllUsers,
            },
        ),
        (
            "MAX 2 cad GROUP ALL_GROUPS",
            Directive::Max {
                seats: 2,
                selector: feature("cad"),
                who: MaxWho::AllGroups,
            },
        ),
        (
            "RESERVE 3 cad USER anna",
            Directive::Reserve {
                seats: 3,
                selector: feature("cad"),
                who: anna(),
            },
        ),
        (
            "MAX_OVERDRAFT cad 4",
            Directive::MaxOverdraft {
                selector: feature("cad"),
                seats: 4,
            },
        ),
        (
            "BORROW_LOWWATER cad 5",
            Directive::BorrowLowWater {
                selector: feature("cad"),
                seats: 5,
            },
        ),
        (
            "MAX_BORROW_HOURS cad 6",
            Directive::MaxBorrowHours {
                selector: feature("cad"),
                hours: 6,
            },
        ),
        (
            "LINGER cad 7",
            Directive::Linger {
                selector: feature("cad"),
                seconds: 7,
            },
        ),
        (
            "TIMEOUT cad 8",
            Directive::Timeout {
                selector: feature("cad"),
                seconds: 8,
            },
        ),
        ("TIMEOUTALL 3600", Directive::TimeoutAll { seconds: 3600 }),
        (
            "ACTIVATION_LOWWATER E1:FID=f 9",
            Directive::ActivationLowWater {
                id: "E1:FID=f".to_owned(),
                seats: 9,
            },
        ),
        (
            "ACTIVATION_EXPIRY_DAYS E1 10",
            Directive::ActivationExpiryDays {
                id: "E1".to_owned(),
                days: 10,
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(only(text), expected, "{text}");
        assert_eq!(only(&format!("\t  {text} \r\n")), expected, "indented: {text}");
    }
}

#[test]
fn a_bad_line_is_reported_with_its_number_and_the_rest_holds() {
    let bad = [
        "AUTOMATIC_REREAD maybe",
        "DAEMON_SELECT_TIMEOUT 61",
        "DEBUGLOG",
        "DEBUGLOG +",
        "REPORTLOG a b",
        "NOLOG",
        "NOLOG COFFEE",
        "FQDN_MATCHING fuzzy",
        "GROUP lonely",
        "GROUP g \"\"",
        "INCLUDE cad",
        "INCLUDE cad USR anna",
        "INCLUDE cad USER",
        "INCLUDE cad DISPLAY \"\"",
        "INCLUDE cad USER anna bert",
        "INCLUDE cad INTERNET 10.1",
        "INCLUDE cad:COLOUR=red USER anna",
        "INCLUDE \"two words\" USER anna",
        "INCLUDE \"cad USER anna",
        "MAX many cad USER anna",
        "MAX -1 cad USER anna",
        "MAX 99999999999 cad USER anna",
        "MAX 1 cad:ENTITLEMENT=E1 USER anna",
        "RESERVE 0 cad USER anna",
        "LINGER cad",
        "TIMEOUT cad 1.5",
        "TIMEOUTALL",
    ];
    for line in bad {
        let file = read(&format!("# first\nMAX 1 cad USER bert\n{line}\nTIMEOUTALL 900\n"));
        assert_eq!(file.findings.len(), 1, "{line}: {:?}", file.findings);
        let finding = &file.findings[0];
        assert_eq!(
            (finding.severity, finding.line, finding.number),
            (Severity::Error, 3, Some(-2)),
            "{line}"
        );
        assert!(!finding.text.is_empty() && !finding.action.is_empty());
        assert_eq!(file.lines[2].kind, OptionLineKind::Malformed, "{line}");
        assert_eq!(file.directives().count(), 2, "{line}");
    }
}

#[test]
fn columns_count_characters() {
    let file = read("\n  EXCLUDE café USR anna\n");
    assert_eq!((file.findings[0].line, file.findings[0].column), (2, 16));
}

#[test]
fn unknown_words_are_kept_with_a_warning() {
    let file = read("MAX_CONNECTIONS 500\nTIMEOUTALL 900\n");
    assert_eq!(file.lines[0].kind, OptionLineKind::Unknown);
    assert_eq!(
        (file.findings[0].severity, file.findings[0].number),
        (Severity::Warning, Some(-90))
    );
    assert_eq!(file.directives().count(), 1);
}

#[test]
fn comments_and_switched_off_lines_say_nothing_and_join_nothing() {
    let text = "\u{feff}# GROUP a b \\\n  * NOLOG IN \\\nNOLOG OUT\n\n   \r\n";
    let file = read(text);
    assert_eq!(file.findings, vec![]);
    let kinds: Vec<_> = file.lines.iter().map(|line| line.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            OptionLineKind::Comment,
            OptionLineKind::SwitchedOff,
            OptionLineKind::Option(Directive::NoLog(vec![LogEvent::Out])),
            OptionLineKind::Blank,
            OptionLineKind::Blank,
        ]
    );
}

#[test]
fn continued_lines_are_joined_and_know_where_they_stand() {
    let file = read(
        "GROUP design \\\r\n   anna\\ \r\n# between\r\n\tbert \"Marta \\\r\n  Rossi\"\r\nTIMEOUTALL x\r\n",
    );
    assert_eq!(file.lines.len(), 2);
    assert_eq!(file.lines[0].physical_lines, 5);
    let members = ["anna", "bert", "Marta Rossi"].map(str::to_owned).to_vec();
    assert_eq!(
        file.lines[0].kind,
        OptionLineKind::Option(Directive::Group {
            name: "design".to_owned(),
            members
        })
    );
    assert_eq!((file.findings[0].line, file.findings[0].column), (6, 12));
}

#[test]
fn a_continued_last_line_without_an_end_still_counts() {
    let file = read("TIMEOUTALL 900 \\");
    assert_eq!(file.directives().count(), 1);
}

#[test]
fn a_comment_after_an_option_is_taken_out_with_a_warning() {
    let file = read("EXCLUDE cad USER anna # left in May\n");
    assert_eq!(file.directives().count(), 1);
    assert_eq!(file.findings[0].severity, Severity::Warning);
}

#[test]
fn text_that_is_not_utf8_is_read_as_windows_1252() {
    let bytes = b"GROUP design Jos\xe9 \x80uro\n";
    let file = parse(bytes);
    assert_eq!(file.to_bytes(), bytes);
    let members = vec!["José".to_owned(), "€uro".to_owned()];
    assert_eq!(
        file.lines[0].kind,
        OptionLineKind::Option(Directive::Group {
            name: "design".to_owned(),
            members
        })
    );
}

#[test]
fn the_number_of_findings_is_bounded() {
    let file = parse("WHAT\n".repeat(5_000).as_bytes());
    assert_eq!(file.findings.len(), 1_001);
    assert!(
        file.findings[1_000].text.contains("4000"),
        "{:?}",
        file.findings[1_000]
    );
    assert_eq!(file.lines.len(), 5_000);
}

#[test]
fn a_line_over_the_limit_is_reported_and_kept() {
    let text = format!("GROUP g {}\nTIMEOUTALL 900\n", "member ".repeat(200_000));
    let file = read(&text);
    assert_eq!(file.lines[0].kind, OptionLineKind::Malformed);
    assert_eq!(file.directives().count(), 1);
}

prop_compose! {
    fn option_text()(
        words in prop::collection::vec(
            prop_oneof![
                Just("INCLUDE"), Just("MAX"), Just("RESERVE"), Just("GROUP"), Just("DEBUGLOG"), Just("TIMEOUT"),
                Just("cad"), Just("cad:VERSION=1.0"), Just("\"cad NOTICE=a b\""), Just("\""), Just("\\"), Just("#"),
                Just("*"), Just("USER"), Just("HOST"), Just("INTERNET"), Just("10.*.*.*"), Just("1"), Just("anna"),
                Just("\n"), Just("\r\n"), Just("\\\n"), Just(":"), Just("é"), Just("+x"),
            ],
            0..40,
        ),
        gap in prop_oneof![Just(" "), Just("\t "), Just("")],
    ) -> String { words.join(gap) }
}

proptest! {
    #[test]
    fn any_bytes_come_back_unchanged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(parse(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn any_text_made_of_options_comes_back_unchanged(text in option_text()) {
        let file = parse(text.as_bytes());
        prop_assert_eq!(file.to_bytes(), text.as_bytes());
        let physical: u32 = file.lines.iter().map(|line| line.physical_lines).sum();
        prop_assert_eq!(physical as usize, text.split_inclusive('\n').count());
        let errors = file.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let malformed = file.lines.iter().filter(|line| line.kind == OptionLineKind::Malformed).count();
        prop_assert_eq!(errors, malformed, "each bad line has its finding");
    }

    #[test]
    fn a_written_rule_is_read_as_meant(
        name in "[A-Za-z][A-Za-z0-9_-]{0,20}",
        key in prop::sample::select(SelectorKey::ALL),
        value in "[A-Za-z0-9.;=/-]([A-Za-z0-9.;=/ -]{0,12}[A-Za-z0-9.;=/-])?",
        kind in prop::sample::select(WhoKind::ALL),
        member in "[A-Za-zé$][A-Za-zé$ .-]{0,12}[A-Za-zé$]",
        quoted in any::<bool>(),
    ) {
        let member = if kind == WhoKind::Internet { "10.1.*.2".to_owned() } else { member };
        let selector = Selector { feature: name, key: Some((key, value)) };
        let text = match &selector.key {
            Some((key, value)) if quoted => format!("\"{} {}={value}\"", selector.feature, key.name()),
            _ => format!("\"{selector}\""),
        };
        let line = format!("EXCLUDE {text} {} \"{member}\"\n", kind.name());
        let file = parse(line.as_bytes());
        prop_assert_eq!(&file.findings, &vec![]);
        let expected = Directive::Access {
            list: AccessList::Exclude,
            selector: Some(selector),
            who: Who { kind, name: member },
        };
        prop_assert_eq!(&file.lines[0].kind, &OptionLineKind::Option(expected));
    }
}
