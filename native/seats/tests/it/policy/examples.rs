use std::net::IpAddr;

use jiff::civil::{date, time};
use licensing_api::denial::DenialReason;
use licensing_api::finding::{Finding, Severity};
use licensing_license_file::license_file::NamedOnly;
use licensing_license_file::options_file::{LogEvent, LogPath, parse};
use licensing_seats::policy::{
    LimitKey, LineFacts, MAX_RESERVATIONS, NotAdmitted, Policy, PoolFacts, PoolPolicy, Requester,
};
use licensing_texts::debug_log::LogLine;

struct Bound {
    policy: Policy,
    pools: Vec<PoolPolicy>,
    findings: Vec<Finding>,
}

fn bind(text: &str, pools: &[PoolFacts]) -> Bound {
    let file = parse(text.as_bytes());
    assert_eq!(file.findings, vec![], "{text}");
    let (policy, mut findings) = Policy::compile(&file);
    let (bound, more) = policy.bind(pools);
    findings.extend(more);
    Bound {
        policy,
        pools: bound,
        findings,
    }
}

fn pool(feature: &str, version: &str, seats: u32) -> PoolFacts {
    PoolFacts {
        feature: feature.to_owned(),
        lines: vec![LineFacts::dated(
            version.parse().unwrap(),
            Some(date(2027, 6, 30)),
        )],
        seats: Some(seats),
        ..PoolFacts::default()
    }
}

fn user(user: &str) -> Requester<'_> {
    Requester {
        user,
        ..Requester::default()
    }
}

fn host(host: &str) -> Requester<'_> {
    Requester {
        user: "anna",
        host,
        ..Requester::default()
    }
}

/// What one pool `cad` of ten seats says to a requester.
fn admit(text: &str, requester: Requester<'_>) -> Result<(), NotAdmitted> {
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    assert_eq!(bound.findings, vec![], "{text}");
    bound.pools[0].admit(&bound.policy.identify(requester))
}

fn limits(text: &str, requester: Requester<'_>) -> Vec<(LimitKey, u32)> {
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    let limits = bound.pools[0].limits(&bound.policy.identify(requester));
    limits.into_iter().map(|limit| (limit.key, limit.seats)).collect()
}

#[test]
fn an_empty_file_lets_everybody_have_everything() {
    let bound = bind("", &[pool("cad", "1.0", 10)]);
    let anna = bound.policy.identify(user("anna"));
    let cad = &bound.pools[0];
    assert_eq!((cad.admit(&anna), cad.admit_borrowing(&anna)), (Ok(()), Ok(())));
    assert_eq!(
        (cad.limits(&anna), cad.draws_from(&anna), cad.reserved()),
        (vec![], vec![], 0)
    );
    assert_eq!(
        (cad.overdraft(3), cad.borrow_hours(168), cad.borrow_low_water()),
        (3, 168, 0)
    );
    assert_eq!((cad.linger_seconds(5), cad.timeout_seconds(900)), (5, None));
    assert!(bound.policy.automatic_reread());
    assert!(bound.policy.logs(LogEvent::Denied));
}

#[test]
fn exclude_wins_over_include() {
    let text = "INCLUDE cad USER anna\nEXCLUDE cad HOST h1\n";
    assert_eq!(
        admit(
            text,
            Requester {
                user: "anna",
                host: "H1",
                ..Requester::default()
            }
        ),
        Err(NotAdmitted::Excluded(2))
    );
    assert_eq!(
        admit(
            text,
            Requester {
                user: "anna",
                host: "h2",
                ..Requester::default()
            }
        ),
        Ok(())
    );
    assert_eq!(admit(text, user("bert")), Err(NotAdmitted::NotIncluded));
}

#[test]
fn refusals_have_the_numbers_administrators_know() {
    assert_eq!(NotAdmitted::Excluded(1).reason(), DenialReason::Excluded);
    assert_eq!(NotAdmitted::NotIncluded.reason(), DenialReason::NotIncluded);
    assert_eq!(NotAdmitted::NobodyNamed.reason(), DenialReason::NotNamed);
    assert_eq!(
        NotAdmitted::ExcludedFromBorrowing(1).reason(),
        DenialReason::Excluded
    );
    assert_eq!(
        NotAdmitted::NotIncludedInBorrowing.reason(),
        DenialReason::NotIncluded
    );
}

#[test]
fn an_exclude_list_alone_shuts_out_nobody_else() {
    assert_eq!(admit("EXCLUDEALL USER anna\n", user("bert")), Ok(()));
    assert_eq!(
        admit("EXCLUDEALL USER anna\n", user("anna")),
        Err(NotAdmitted::Excluded(1))
    );
}

#[test]
fn include_and_includeall_make_one_list() {
    let text = "INCLUDE cad USER anna\nINCLUDEALL USER bert\n";
    let bound = bind(text, &[pool("cad", "1.0", 1), pool("cam", "1.0", 1)]);
    let may = |name: &str| {
        let identity = bound.policy.identify(user(name));
        [
            bound.pools[0].admit(&identity).is_ok(),
            bound.pools[1].admit(&identity).is_ok(),
        ]
    };
    assert_eq!(may("anna"), [true, false]);
    assert_eq!(may("bert"), [true, true]);
    assert_eq!(may("cleo"), [false, false]);
}

#[test]
fn case_matters_for_users_displays_and_projects_but_not_for_hosts_and_features() {
    assert_eq!(admit("EXCLUDE CAD USER Anna\n", user("anna")), Ok(()));
    assert_eq!(
        admit("EXCLUDE CAD USER anna\n", user("anna")),
        Err(NotAdmitted::Excluded(1))
    );
    assert_eq!(
        admit("EXCLUDE cad HOST ÄHost\n", host("ähost")),
        Err(NotAdmitted::Excluded(1))
    );
    let display = |display| Requester {
        display,
        ..user("anna")
    };
    assert_eq!(admit("EXCLUDE cad DISPLAY TS1\n", display("ts1")), Ok(()));
    assert_eq!(
        admit("EXCLUDE cad DISPLAY TS1\n", display("TS1")),
        Err(NotAdmitted::Excluded(1))
    );
    let project = |project| Requester {
        project,
        ..user("anna")
    };
    assert_eq!(admit("EXCLUDE cad PROJECT Bridge\n", project("bridge")), Ok(()));
    assert_eq!(
        admit("EXCLUDE cad PROJECT Bridge\n", project("Bridge")),
        Err(NotAdmitted::Excluded(1))
    );
}

#[test]
fn a_rule_holds_for_a_user_with_and_without_domain() {
    let requester = Requester {
        user: "ACME\\anna",
        short_user: Some("anna"),
        ..Requester::default()
    };
    assert_eq!(
        admit("EXCLUDE cad USER anna\n", requester),
        Err(NotAdmitted::Excluded(1))
    );
    assert_eq!(
        admit("EXCLUDE cad USER ACME\\anna\n", requester),
        Err(NotAdmitted::Excluded(1))
    );
    assert_eq!(admit("EXCLUDE cad USER OTHER\\anna\n", requester), Ok(()));
    let counted = limits("MAX 1 cad USER ALL_USERS\n", requester);
    assert_eq!(counted, [(LimitKey::User(1, "anna".to_owned()), 1)]);
}

#[test]
fn groups_may_be_used_before_they_are_defined_and_grow() {
    let text = "INCLUDE cad GROUP design\nGROUP design anna\nGROUP other cleo\nGROUP design bert\n";
    assert_eq!(admit(text, user("anna")), Ok(()));
    assert_eq!(admit(text, user("bert")), Ok(()));
    assert_eq!(admit(text, user("cleo")), Err(NotAdmitted::NotIncluded));
    assert_eq!(admit(text, user("Anna")), Err(NotAdmitted::NotIncluded));
}

#[test]
fn group_members_lose_their_case_when_told_so_but_users_do_not() {
    let text =
        "GROUP design Anna\nEXCLUDE cad GROUP design\nEXCLUDE cad USER Bert\nGROUPCASEINSENSITIVE ON\n";
    assert_eq!(admit(text, user("ANNA")), Err(NotAdmitted::Excluded(2)));
    assert_eq!(admit(text, user("bert")), Ok(()));
}

#[test]
fn host_names_match_exactly_unless_told_otherwise() {
    // Rows of the documented matrix: what the file says, what the client sends.
    let cases = [
        ("exact", "myhost", "myhost.abc.com", false),
        ("exact", "myhost", "myhost", true),
        ("exact", "myhost.abc.com", "myhost.abc.com", true),
        ("exact", "myhost.abc.com", "myhost", false),
        ("lenient", "myhost", "myhost.abc.com", true),
        ("lenient", "myhost", "myhost", true),
        ("lenient", "myhost.abc.com", "myhost.abc.com", true),
        ("lenient", "myhost.abc.com", "myhost", true),
        ("lenient", "myhost.abc.com", "myhost.xyz.com", false),
        ("lenient", "myhost.abc.com", "yourhost.abc.com", false),
        ("lenient", "myhost", "yourhost", false),
        ("lenient", ".abc.com", "myhost.abc.com", true),
        ("lenient", ".abc.com", "a.b.abc.com", true),
        ("lenient", ".abc.com", "myhost.xabc.com", false),
        ("lenient", ".abc.com", "myhost", false),
        ("exact", ".abc.com", "myhost.abc.com", false),
    ];
    for (matching, named, sent, expected) in cases {
        for text in [
            format!("FQDN_MATCHING lenient\nEXCLUDE cad HOST {named}\nFQDN_MATCHING {matching}\n"),
            format!("HOST_GROUP g {named}\nEXCLUDE cad HOST_GROUP g\nFQDN_MATCHING {matching}\n"),
        ] {
            assert_eq!(admit(&text, host(sent)).is_err(), expected, "{text} {sent}");
        }
    }
}

#[test]
fn addresses_match_with_stars_under_host_internet_and_host_group() {
    let address: IpAddr = "10.1.2.3".parse().unwrap();
    let from = |address| Requester {
        address: Some(address),
        ..host("h1")
    };
    for rule in [
        "EXCLUDE cad INTERNET 10.1.*.*\n",
        "EXCLUDE cad HOST 10.1.*.3\n",
        "EXCLUDEALL INTERNET 10.1.2.3\n",
    ] {
        assert_eq!(
            admit(rule, from(address)),
            Err(NotAdmitted::Excluded(1)),
            "{rule}"
        );
        assert_eq!(admit(rule, from("10.2.2.3".parse().unwrap())), Ok(()), "{rule}");
        assert_eq!(admit(rule, user("anna")), Ok(()), "{rule}");
    }
    let claims = Requester {
        address: Some("10.2.2.3".parse().unwrap()),
        ..host("10.1.2.3")
    };
    assert_eq!(
        admit("INCLUDE cad INTERNET 10.1.*.*\n", claims),
        Err(NotAdmitted::NotIncluded),
        "who comes from elsewhere cannot give himself an address"
    );
    assert_eq!(admit("INCLUDE cad HOST 10.1.*.*\n", claims), Ok(()));
    let group = "HOST_GROUP net h9 10.1.*.*\nEXCLUDE cad HOST_GROUP net\n";
    assert_eq!(admit(group, from(address)), Err(NotAdmitted::Excluded(2)));
    assert_eq!(
        admit(group, host("10.1.7.7")),
        Err(NotAdmitted::Excluded(2)),
        "a host given as an address"
    );
}

#[test]
fn selectors_narrow_to_the_pools_that_carry_the_value() {
    let mut pools = [
        pool("cad", "1.0", 1),
        pool("cad", "2.0", 1),
        pool("cam", "2.0", 1),
    ];
    pools[1]
        .lines
        .push(LineFacts::dated("2.0".parse().unwrap(), None));
    pools[1].packages.push("suite".to_owned());
    let cases = [
        ("cad", [true, true, false]),
        ("cad:VERSION=2.000", [false, true, false]),
        ("\"cad VERSION=1\"", [true, false, false]),
        ("cad:EXPDATE=30-JUN-2027", [true, true, false]),
        ("cad:EXPDATE=1-jan-0", [false, true, false]),
        ("suite", [false, true, false]),
        ("suite:VERSION=2.0", [false, true, false]),
    ];
    for (selector, expected) in cases {
        let bound = bind(&format!("EXCLUDE {selector} USER anna\n"), &pools);
        let anna = bound.policy.identify(user("anna"));
        let shut: Vec<_> = bound
            .pools
            .iter()
            .map(|pool| pool.admit(&anna).is_err())
            .collect();
        assert_eq!(shut, expected, "{selector}");
        assert_eq!(bound.findings, vec![], "{selector}");
    }
}

#[test]
fn a_rule_that_means_nothing_installed_is_pointed_out() {
    let bound = bind(
        "# c\nTIMEOUT cax 900\nMAX 1 cad:VERSION=9 USER anna\n",
        &[pool("cad", "1.0", 1)],
    );
    let lines: Vec<_> = bound
        .findings
        .iter()
        .map(|finding| (finding.line, finding.severity))
        .collect();
    assert_eq!(lines, [(2, Severity::Warning), (3, Severity::Warning)]);
    assert!(bound.findings[0].text.contains("cax"));
}

#[test]
fn a_group_that_nothing_defines_lets_nobody_in() {
    let bound = bind(
        "HOST_GROUP farm h1\nINCLUDE cad GROUP farm\n",
        &[pool("cad", "1.0", 1)],
    );
    assert_eq!(
        (bound.findings[0].line, bound.findings[0].severity),
        (2, Severity::Error)
    );
    assert_eq!(
        bound.pools[0].admit(&bound.policy.identify(user("anna"))),
        Err(NotAdmitted::Unread(2))
    );
    assert_eq!(bound.policy.unread_lines(), [2]);
}

/// Of two pools `cad` and `cam`, whether anna gets seats, and whether she may borrow.
fn anna_may(text: &str) -> [(bool, bool); 2] {
    let file = parse(text.as_bytes());
    let (policy, _) = Policy::compile(&file);
    let (pools, _) = policy.bind(&[pool("cad", "1.0", 10), pool("cam", "1.0", 10)]);
    let anna = policy.identify(user("anna"));
    [&pools[0], &pools[1]].map(|pool| (pool.admit(&anna).is_ok(), pool.admit_borrowing(&anna).is_ok()))
}

#[test]
fn lines_that_cannot_be_read_close_what_they_may_have_closed() {
    const YES: (bool, bool) = (true, true);
    const NO: (bool, bool) = (false, true);
    const NO_BORROWING: (bool, bool) = (true, false);
    for (text, expected) in [
        ("EXCLUDE cad NOBODY anna", [NO, YES]),
        ("EXCLUED cad USER bert", [NO, YES]),
        ("EXCLUDE \"cad USER bert", [NO, YES]),
        ("EXCLUDE cad:VERSION=1.0 USR bert", [NO, YES]),
        ("EXCLUDE", [NO, NO]),
        ("EXCLUDE other NOBODY anna", [YES, YES]),
        ("EXCLUDEALL USR bert", [NO, NO]),
        ("INCLUDE cad USR anna", [NO, YES]),
        // Whom another line lets in is in.
        ("INCLUDE cad USR bert\nINCLUDE cad USER anna", [YES, YES]),
        ("MAX cad 5 USER anna", [NO, YES]),
        ("MAX x cad USER anna", [NO, YES]),
        ("MAX 5 cad GROUP nobody", [NO, YES]),
        ("GROUP g \"anna\nEXCLUDE cad GROUP g", [NO, YES]),
        ("GROUP g \"anna", [YES, YES]),
        ("HOST_GROUP h 10.1.*\nEXCLUDE cad HOST_GROUP h", [NO, YES]),
        ("EXCLUDE_BORROW cad USR anna", [NO_BORROWING, YES]),
        ("INCLUDE_BORROW cad GROUP nobody", [NO_BORROWING, YES]),
        ("BORROW_LOWWATER cad many", [NO_BORROWING, YES]),
        ("FQDN_MATCHING loose", [NO, NO]),
        // These restrict nobody.
        ("TIMEOUT cad soon", [YES, YES]),
        ("NOLOG EVERYTHING", [YES, YES]),
        ("SOMETHING else", [YES, YES]),
        ("#EXCLUED cad USER anna", [YES, YES]),
    ] {
        assert_eq!(anna_may(text), expected, "{text}");
    }
    let (policy, _) = Policy::compile(&parse(b"MAX_OVERDRAFT cad lots\n"));
    let (pools, _) = policy.bind(&[pool("cad", "1.0", 10)]);
    assert_eq!(pools[0].overdraft(3), 0);
    let (pools, _) = Policy::closed().bind(&[pool("cad", "1.0", 10)]);
    assert!(pools[0].admit(&policy.identify(user("anna"))).is_err());
}

#[test]
fn a_file_in_utf_16_holds_like_any_other() {
    let text = "EXCLUDE cad USER anna\r\n# Größe\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [b"\xFF\xFE", little.as_slice()].concat(),
        [b"\xFE\xFF", big.as_slice()].concat(),
        little,
        big,
    ] {
        let file = parse(&bytes);
        assert_eq!(file.findings, vec![]);
        assert_eq!(file.to_bytes(), bytes);
        let (policy, _) = Policy::compile(&file);
        let (pools, _) = policy.bind(&[pool("cad", "1.0", 10)]);
        assert_eq!(
            pools[0].admit(&policy.identify(user("anna"))),
            Err(NotAdmitted::Excluded(1))
        );
        assert_eq!(pools[0].admit(&policy.identify(user("bert"))), Ok(()));
    }
    assert!(parse(b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n").is_unreadable());
    assert!(!parse(b"# nothing\n").is_unreadable());
    assert!(!parse(b"").is_unreadable());
}

#[test]
fn what_is_no_option_is_not_repeated() {
    let file = parse(b"c2VjcmV0a2V5Zm9ydGhlaXNzdWVy USER anna\n");
    assert!(
        !file.findings[0].text.contains("c2Vj"),
        "{}",
        file.findings[0].text
    );
}

#[test]
fn a_host_that_can_never_match_is_pointed_out() {
    let bound = bind(
        "HOST_GROUP farm h1 10.1.*\nEXCLUDE cad HOST *.abc.com\n",
        &[pool("cad", "1.0", 1)],
    );
    let lines: Vec<_> = bound.findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn max_limits_one_or_each_and_zero_forbids() {
    let text = "GROUP g1 anna\nGROUP g2 anna bert\nMAX 0 cad USER anna\nMAX 2 cad USER ALL_USERS\nMAX 5 cad GROUP g1\n\
                MAX 7 cad GROUP ALL_GROUPS\nMAX 9 cad HOST h1\n";
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    assert_eq!(bound.findings, vec![]);
    let of = |requester| {
        let limits = bound.pools[0].limits(&bound.policy.identify(requester));
        limits
            .into_iter()
            .map(|limit| (limit.line, limit.seats))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(user("anna")), [(3, 0), (5, 5), (6, 7)]);
    assert_eq!(of(user("bert")), [(4, 2), (6, 7)]);
    assert_eq!(
        of(Requester {
            host: "H1",
            ..user("cleo")
        }),
        [(4, 2), (7, 9)]
    );
}

#[test]
fn a_group_under_all_groups_is_counted_as_a_whole() {
    let text = "GROUP g anna bert\nMAX 3 cad GROUP ALL_GROUPS\nMAX 1 cad USER ALL_USERS\n";
    let (anna, bert) = (limits(text, user("anna")), limits(text, user("bert")));
    assert_eq!(anna[0], bert[0], "the group counts both");
    assert_ne!(anna[1], bert[1], "each user counts alone");
}

#[test]
fn a_limit_behind_the_one_for_all_has_no_effect() {
    let text = "MAX 2 cad USER ALL_USERS\nMAX 9 cad USER anna\nMAX 9 cad:VERSION=1.0 USER anna\n";
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    let lines: Vec<_> = bound
        .findings
        .iter()
        .map(|finding| (finding.line, finding.severity))
        .collect();
    assert_eq!(lines, [(2, Severity::Error)]);
    let limits = bound.pools[0].limits(&bound.policy.identify(user("anna")));
    assert_eq!(limits.iter().map(|limit| limit.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn the_first_reservations_hold_up_to_the_seats() {
    let text =
        "RESERVE 4 cad USER anna\nRESERVE 8 cad HOST h1\nRESERVE 5 cad USER bert\nRESERVE 1 cad USER cleo\n";
    let bound = bind(text, &[pool("cad", "1.0", 10), pool("cad", "2.0", 3)]);
    let held: Vec<Vec<_>> = bound
        .pools
        .iter()
        .map(|pool| {
            pool.reservations()
                .iter()
                .map(|held| (held.line, held.seats))
                .collect()
        })
        .collect();
    assert_eq!(held, [vec![(1, 4), (2, 6)], vec![(2, 2), (3, 1)]]);
    assert_eq!((bound.pools[0].reserved(), bound.pools[1].reserved()), (10, 3));
    let short: Vec<_> = bound.findings.iter().map(|finding| finding.line).collect();
    assert_eq!(short, [3, 4]);
    let anna = bound.policy.identify(host("h1"));
    assert_eq!(bound.pools[0].draws_from(&anna), [0, 1]);
    assert_eq!(bound.pools[1].draws_from(&anna), [0]);
    assert!(
        bound.pools[1]
            .draws_from(&bound.policy.identify(user("cleo")))
            .is_empty()
    );
}

#[test]
fn reservations_are_bounded_over_all_pools() {
    let text = "RESERVE 9000 cad USER anna\nRESERVE 9000 cam USER anna\n";
    let bound = bind(text, &[pool("cad", "1.0", 50_000), pool("cam", "1.0", 50_000)]);
    assert_eq!(
        bound.pools[0].reserved() + bound.pools[1].reserved(),
        MAX_RESERVATIONS
    );
    assert!(bound.findings[0].text.contains("8000"), "{:?}", bound.findings);
}

#[test]
fn settings_only_tighten_what_the_license_allows() {
    let text = "MAX_OVERDRAFT cad 2\nBORROW_LOWWATER cad 3\nMAX_BORROW_HOURS cad 100\nMAX_BORROW_HOURS cad 50\n\
                LINGER cad 600\nTIMEOUTALL 3600\nTIMEOUT cad 1200\n";
    let bound = bind(text, &[pool("cad", "1.0", 10), pool("cam", "1.0", 10)]);
    let [cad, cam] = [&bound.pools[0], &bound.pools[1]];
    assert_eq!(
        (cad.overdraft(5), cad.overdraft(1), cad.borrow_low_water()),
        (2, 1, 3)
    );
    assert_eq!((cad.borrow_hours(168), cad.borrow_hours(24)), (50, 24));
    assert_eq!((cad.linger_seconds(30), cad.linger_seconds(900)), (600, 900));
    assert_eq!(
        (cad.timeout_seconds(900), cad.timeout_seconds(1800)),
        (Some(1200), Some(1800))
    );
    assert_eq!((cam.timeout_seconds(900), cam.overdraft(5)), (Some(3600), 5));
    assert_eq!((bound.findings.len(), bound.findings[0].line), (1, 3));
}

#[test]
fn a_feature_can_be_left_out_of_the_timeout_for_all() {
    let bound = bind("TIMEOUT cad 0\nTIMEOUTALL 3600\n", &[pool("cad", "1.0", 10)]);
    assert_eq!(bound.pools[0].timeout_seconds(900), None);
}

#[test]
fn borrowing_has_lists_of_its_own() {
    let text = "INCLUDE_BORROW cad USER anna\nINCLUDE_BORROW cad USER bert\nEXCLUDE_BORROW cad USER bert\n";
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    let ask = |name: &str| {
        let identity = bound.policy.identify(user(name));
        (
            bound.pools[0].admit(&identity),
            bound.pools[0].admit_borrowing(&identity),
        )
    };
    assert_eq!(ask("anna"), (Ok(()), Ok(())));
    assert_eq!(ask("bert"), (Ok(()), Err(NotAdmitted::ExcludedFromBorrowing(3))));
    assert_eq!(ask("cleo"), (Ok(()), Err(NotAdmitted::NotIncludedInBorrowing)));
}

#[test]
fn user_based_features_need_names_and_take_no_more_than_they_are_for() {
    let named = |limit| PoolFacts {
        user_based: Some(NamedOnly { limit }),
        ..pool("cad", "1.0", 2)
    };
    let ask = |text: &str, facts: PoolFacts, name: &str| {
        let bound = bind(text, &[facts]);
        bound.pools[0].admit(&bound.policy.identify(user(name)))
    };
    assert_eq!(ask("", named(None), "anna"), Err(NotAdmitted::NobodyNamed));
    assert_eq!(
        ask("INCLUDEALL USER anna\n", named(None), "anna"),
        Err(NotAdmitted::NobodyNamed)
    );
    let text = "GROUP g bert cleo anna\nINCLUDE cad USER anna\nINCLUDE cad GROUP g\n";
    for (limit, expected) in [
        (None, [true, true, false]),
        (Some(1), [true, false, false]),
        (Some(3), [true; 3]),
    ] {
        let may = ["anna", "bert", "cleo"].map(|name| ask(text, named(limit), name).is_ok());
        assert_eq!(may, expected, "{limit:?}");
    }
    let bound = bind(text, &[named(None)]);
    assert!(bound.findings[0].text.contains("cleo"), "{:?}", bound.findings);
    assert_eq!(ask(text, named(Some(3)), "dora"), Err(NotAdmitted::NotIncluded));
}

#[test]
fn host_based_features_need_named_hosts() {
    let facts = || PoolFacts {
        host_based: Some(NamedOnly { limit: Some(2) }),
        ..pool("cad", "1.0", 9)
    };
    let text = "INCLUDE cad USER anna\nHOST_GROUP g h2 h3\nINCLUDE cad HOST h1\nINCLUDE cad HOST_GROUP g\n";
    let bound = bind(text, &[facts()]);
    let may = |name| bound.pools[0].admit(&bound.policy.identify(host(name))).is_ok();
    assert_eq!(["H1", "h2", "h3", "h4"].map(may), [true, true, false, false]);
    let nobody = bind("INCLUDE cad USER anna\n", &[facts()]);
    let refused = nobody.pools[0].admit(&nobody.policy.identify(host("h1")));
    assert_eq!(refused, Err(NotAdmitted::NobodyNamed));
}

#[test]
fn what_concerns_the_whole_server_is_told() {
    let text = "AUTOMATIC_REREAD OFF\nNOLOG IN\nNOLOG QUEUED\nDEBUGLOG a.log\nDEBUGLOG +\"b c.log\"\n\
                REPORTLOG +u.log HIDE_USER\nTIMEOUTALL 900\n";
    let policy = bind(text, &[]).policy;
    assert!(!policy.automatic_reread());
    let logged = [
        LogEvent::In,
        LogEvent::Out,
        LogEvent::Denied,
        LogEvent::Queued,
        LogEvent::Unsupported,
    ];
    assert_eq!(
        logged.map(|event| policy.logs(event)),
        [false, true, true, false, true]
    );
    assert_eq!(
        policy.debug_log(),
        Some(&LogPath {
            path: "b c.log".to_owned(),
            append: true
        })
    );
    let (path, hide_user) = policy.report_log().unwrap();
    assert_eq!(
        (path.path.as_str(), path.append, hide_user),
        ("u.log", true, true)
    );
    assert_eq!(policy.timeout_all(), Some(900));
}

#[test]
fn options_about_activation_are_said_to_have_no_effect() {
    let text = "DAEMON_SELECT_TIMEOUT 5\nINCLUDE_ENTITLEMENT E1 USER anna\nACTIVATION_LOWWATER E1 1\n\
                ACTIVATION_EXPIRY_DAYS E1 1\nINCLUDE cad:ENTITLEMENT=E1 USER anna\n";
    let bound = bind(text, &[pool("cad", "1.0", 1)]);
    let lines: Vec<_> = bound
        .findings
        .iter()
        .map(|finding| (finding.line, finding.severity))
        .collect();
    assert_eq!(lines, [1, 2, 3, 4, 5].map(|line| (line, Severity::Information)));
    assert_eq!(bound.pools[0].admit(&bound.policy.identify(user("bert"))), Ok(()));
}

#[test]
fn the_debug_log_says_what_took_effect() {
    let text = "RESERVE 12 cad GROUP g\nGROUP g anna\nINCLUDE cad:VERSION=1.0 GROUP g\nEXCLUDEALL USER bert\n\
                TIMEOUT cad 1200\nTIMEOUTALL 3600\nMAX_BORROW_HOURS cad 5\nINCLUDE cad GROUP none\n";
    let bound = bind(text, &[pool("cad", "1.0", 10)]);
    let said: Vec<_> = bound
        .policy
        .announcements(bound.pools.iter())
        .into_iter()
        .map(|event| {
            LogLine {
                time: time(1, 2, 3, 0),
                daemon: "D",
                event: event.into(),
            }
            .to_string()
        })
        .collect();
    let expected = [
        "ALL FEATURES: INACTIVITY TIMEOUT set to 3600 seconds",
        "INCLUDE USER_GROUP g in cad",
        "EXCLUDEALL USER bert",
        "FEATURE   cad INACTIVITY TIMEOUT set to 1200 seconds",
        "Max borrow interval for feature, cad, set to 5 hours",
        "RESERVING 10 cad  licenses for USER_GROUP g",
    ];
    assert_eq!(said, expected.map(|text| format!(" 1:02:03 (D) {text}")));
}
