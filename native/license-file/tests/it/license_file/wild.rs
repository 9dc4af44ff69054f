//! Shapes of real files, one by one.

use jiff::civil::date;
use licensing_api::finding::Severity;
use licensing_license_file::license_file::{
    DupGroup, HostId, IncrementKeyword, LicenseDate, LineKind, Suite, TimeZoneRule, VmPlatforms, parse,
};

use super::{increment, kinds, numbers, read};

const HEAD: &str = "SERVER this_host HOSTNAME=ls01\nVENDOR ACME\n";

#[test]
fn a_file_in_the_documented_shape() {
    let text = "# This file is in UTF-8 format.\n\
        SERVER this_host HOSTNAME=LS01\n\
        VENDOR CITRIX\n\
        USE_SERVER\n\
        INCREMENT XDT_PLT_UD CITRIX 2026.0401 31-dec-2030 125 \\\n\
        VENDOR_STRING=;LT=Retail;GP=720;CL=ENT,ADV,STD;SA=1;ODP=10;LP=90 \\\n\
        DUP_GROUP=V ISSUED=01-Apr-2026 NOTICE=\"Example Ltd\" \\\n\
        SN=ORDER1:1 START=1-apr-2026 SIGN=\"0123 4567 89AB CDEF\"\n";
    let file = read(text);
    assert_eq!(
        kinds(&file),
        ["comment", "server", "vendor", "use_server", "increment"]
    );
    assert!(file.findings.is_empty(), "{:#?}", file.findings);
    let license = &file.increments().next().unwrap().1.license;
    assert_eq!(license.feature.value, "XDT_PLT_UD");
    assert_eq!((license.feature.at.line, license.feature.at.column), (5, 11));
    assert_eq!(license.expires.value, LicenseDate::Day(date(2030, 12, 31)));
    assert_eq!(license.count.value, Some(125));
    assert_eq!(license.overdraft(), 12);
    let terms = &license.terms;
    assert_eq!(terms.vendor_string.license_type(), Some("Retail"));
    assert_eq!(
        terms.dup_group,
        DupGroup::Same {
            user: false,
            host: false,
            display: false,
            vendor_data: true
        }
    );
    assert_eq!(
        (terms.issued, terms.start),
        (Some(date(2026, 4, 1)), Some(date(2026, 4, 1)))
    );
    assert_eq!(terms.notice.as_deref(), Some("Example Ltd"));
    let notice = license.attribute("NOTICE").unwrap();
    assert_eq!((notice.keyword.at.line, notice.keyword.at.column), (7, 32));
}

#[test]
fn continuation_in_all_its_forms() {
    for joint in [
        " \\\n",
        "\\\n",
        " \\\r\n",
        "\\\r\n",
        " \\\n  ",
        " \\\n    ",
        " \\\n        ",
        " \\\n\t",
        " \\ \n",
        " \\\t\r\n",
        " \\ # a note\n",
        " \\\n# a comment \\\n",
        " \\\n   # a comment\n  ",
        " \\\n\\\n",
        "   \\\n",
    ] {
        let text = format!(
            "INCREMENT f ACME 1.0 permanent 3{joint}NOTICE=\"a b\"{joint}SN=s-1{joint}SIGN=\"1 2\"\n"
        );
        let license = increment(&text).license;
        assert_eq!(license.terms.notice.as_deref(), Some("a b"), "{joint:?}");
        assert_eq!(license.terms.serial_number.as_deref(), Some("s-1"), "{joint:?}");
        assert_eq!(license.attributes.len(), 3, "{joint:?}");
    }
}

#[test]
fn a_wrapped_quoted_value_gets_one_blank() {
    for (text, expected) in [
        (
            "NOTICE=\"Licensed to \\\nSample corp\"",
            "Licensed to Sample corp",
        ),
        (
            "NOTICE=\"Licensed to\\\n   Sample corp\"",
            "Licensed to Sample corp",
        ),
        ("NOTICE=\"\\\nSample\\\n\"", "Sample"),
        ("NOTICE=\"Suite \\\n#5\"", "Suite #5"),
        ("NOTICE=\"a \\ # b\"", "a \\ # b"),
    ] {
        let license = increment(&format!("INCREMENT f ACME 1.0 permanent 3 {text} SN=1\n")).license;
        assert_eq!(license.terms.notice.as_deref(), Some(expected), "{text}");
        assert_eq!(license.terms.serial_number.as_deref(), Some("1"), "{text}");
    }
}

#[test]
fn comments_are_decided_before_joining() {
    let file = read(
        "#INCREMENT f ACME 1.0 permanent 1 \\\n#  SIGN=1\n  # indented \\\nINCREMENT g ACME 1.0 permanent 1 SIGN=1\n",
    );
    assert_eq!(kinds(&file), ["comment", "comment", "comment", "increment"]);
    assert_eq!(file.increments().next().unwrap().0.at.line, 4);
}

#[test]
fn encodings() {
    let utf8 = increment("\u{feff}INCREMENT f ACME 1.0 permanent 1 NOTICE=\"Müller €\" SIGN=1\n");
    assert_eq!(utf8.license.terms.notice.as_deref(), Some("Müller €"));
    assert_eq!(
        utf8.license.feature.at.column, 11,
        "a byte order mark is no character"
    );

    let latin =
        parse(b"# caf\xe9\nINCREMENT f ACME 1.0 permanent 1 NOTICE=\"M\xfcller \x80\" SN=\xb5 sort=9\n");
    let (_, increment) = latin.increments().next().unwrap();
    assert_eq!(increment.license.terms.notice.as_deref(), Some("Müller €"));
    let sort = increment
        .license
        .attribute("sort")
        .unwrap()
        .value
        .clone()
        .unwrap();
    assert_eq!(&latin.to_bytes()[sort.span.range()], b"9");
    assert_eq!(sort.at.column, 62);

    let wide: Vec<u8> = "\u{feff}SERVER a ANY"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let file = parse(&wide);
    assert_eq!(kinds(&file), ["server"]);
    assert!(file.findings[0].text.contains("UTF-16"));
    assert_eq!(file.source(), wide);
    let bare = parse(&wide[2..]);
    assert_eq!(kinds(&bare), ["server"]);
    assert_eq!(bare.servers().next().unwrap().host.value, "a");
}

#[test]
fn what_begins_no_line_is_not_repeated() {
    let file = parse(b"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v an issuer's key\n");
    assert_eq!(kinds(&file), ["unknown"]);
    assert!(file.findings.iter().all(|finding| !finding.text.contains("MC4C")));
}

#[test]
fn quotes_may_open_in_the_middle() {
    let license = increment(
        "INCREMENT f MLM 42 31-dec-2030 5 0123456789ABCDEF NOTICE=product=\"MATLAB Parallel Server\" SIGN=\"1 2\"\n",
    )
    .license;
    assert_eq!(
        license.terms.notice.as_deref(),
        Some("product=\"MATLAB Parallel Server\"")
    );
    assert_eq!(license.key.unwrap().value, "0123456789ABCDEF");
}

#[test]
fn unquoted_values_may_hold_any_sign() {
    let license = increment(
        "INCREMENT f ACME 1.0 permanent 5 VENDOR_STRING=;LT=NFR;AP=A/B/-28D:C/D/ALW HOSTID=ID=12-34 SN=a|b,c<d>e SIGN=1\n",
    )
    .license;
    assert_eq!(license.terms.vendor_string.license_type(), Some("NFR"));
    assert_eq!(license.terms.host_ids, [HostId::Id("1234".into())]);
    assert_eq!(license.terms.serial_number.as_deref(), Some("a|b,c<d>e"));
}

#[test]
fn nested_braces_are_one_value() {
    let license =
        increment("INCREMENT f ACME 1.0 permanent 5 AUTH={ ck=( 1 2 ) VENDOR={a b=\"} \"} } SN=1 TS_OK\n")
            .license;
    assert_eq!(license.attributes.len(), 3);
    assert_eq!(
        license.attribute("AUTH").unwrap().value.as_ref().unwrap().text,
        "{ ck=( 1 2 ) VENDOR={a b=\"} \"} }"
    );
    assert!(license.terms.terminal_server);
}

#[test]
fn flags_stand_anywhere() {
    for text in [
        "TS_OK BORROW SIGN=1",
        "SIGN=1 BORROW TS_OK",
        "BORROW SIGN=1 TS_OK",
    ] {
        let license = increment(&format!("INCREMENT f ACME 1.0 permanent 5 {text}\n")).license;
        assert_eq!(license.terms.borrow_hours, Some(168), "{text}");
        assert!(license.terms.terminal_server, "{text}");
    }
    assert_eq!(
        increment("INCREMENT f ACME 1.0 permanent 5 BORROW=72 SIGN=1")
            .license
            .terms
            .borrow_hours,
        Some(72)
    );
}

#[test]
fn keywords_are_read_whatever_their_case() {
    let file = read("server h any\nvendor ACME\nincrement F ACME 1.0 PERMANENT 5 notice=x Sign=1\n");
    assert_eq!(kinds(&file), ["server", "vendor", "increment"]);
    let (_, increment) = file.increments().next().unwrap();
    assert_eq!(increment.keyword, IncrementKeyword::Increment);
    assert_eq!(increment.license.terms.notice.as_deref(), Some("x"));
    assert_eq!(
        increment.license.attributes[0].keyword.value, "notice",
        "the spelling stays"
    );
    assert!(
        !increment.license.attributes[0].is_administrators(),
        "small letters do not make it the administrator's"
    );
}

#[test]
fn server_lines() {
    let read_one = |text: &str| {
        let file = read(text);
        let server = file.servers().next().cloned();
        (server, numbers(&file))
    };
    let (server, found) =
        read_one("SERVER ls01 00A0C9ABCDEF 27000 PRIMARY_IS_MASTER HEARTBEAT_INTERVAL=30\n");
    let server = server.unwrap();
    assert_eq!(
        (server.host.value.as_str(), server.port.unwrap().value),
        ("ls01", 27000)
    );
    assert!(server.primary_is_master && found.is_empty());
    assert_eq!(server.heartbeat_interval.unwrap().value, 30);

    let (server, found) = read_one("SERVER this_host ANY HEARTBEAT_INTERVAL=5 PRIMARY_IS_MASTER 27001\n");
    assert_eq!(server.unwrap().port.unwrap().value, 27001);
    assert!(found.is_empty());

    assert_eq!(read_one("SERVER h ANY 1 2\n").1, [-2]);
    assert_eq!(
        read_one("SERVER h ANY 1 2\n").0.unwrap().port.unwrap().value,
        1,
        "the first one counts"
    );
    assert_eq!(read_one("SERVER h ANY 99999\n").1, [-2]);
    assert_eq!(read_one("SERVER h ANY HEARTBEAT_INTERVAL=121\n").1, [-2]);
    assert_eq!(read_one("SERVER h ANY WHATEVER=1\n").1, [-90]);
    assert!(read_one("SERVER h\n").0.is_none());
    assert!(read_one("SERVER h nonsense!\n").0.is_none());
    assert_eq!(read_one("SERVER a 1 \nSERVER b 2\n").1, [-2]);
    assert_eq!(
        read_one("SERVER a 1 27000\nSERVER b 2 27000\nSERVER c 3\n").1,
        [-6]
    );
}

#[test]
fn vendor_lines() {
    let vendor = |text: &str| read(text).vendors().next().cloned().unwrap();
    let one =
        vendor("VENDOR ACME \"C:\\Program Files\\acmed.exe\" OPTIONS=\"C:\\my opt\\a.opt\" PORT=10001\n");
    assert_eq!(one.path.unwrap().value, "C:\\Program Files\\acmed.exe");
    assert_eq!(one.options.unwrap().value, "C:\\my opt\\a.opt");
    assert_eq!(one.port.unwrap().value, 10001);
    let two = vendor("DAEMON ACME /opt/acmed /opt/a.opt 2080\n");
    assert_eq!(
        (
            two.path.unwrap().value.as_str(),
            two.options.unwrap().value.as_str(),
            two.port.unwrap().value
        ),
        ("/opt/acmed", "/opt/a.opt", 2080)
    );
    let three = vendor("VENDOR ACME options= port=2080\n");
    assert!(three.options.is_none() && three.path.is_none());
    assert_eq!(three.port.unwrap().value, 2080);
    assert!(vendor("VENDOR ACME PORT=0\n").port.is_none());
    assert_eq!(numbers(&read("VENDOR ACME\nVENDOR acme\n")), [-2]);
}

#[test]
fn each_bad_word_has_its_number_and_place() {
    let table = [
        ("INCREMENT f ACME", -2, 1),
        ("INCREMENT f ACME one permanent 1 SIGN=1", -77, 18),
        ("INCREMENT f ACME 1.0 sometime 1 SIGN=1", -11, 22),
        ("INCREMENT f ACME 1.0 1-jan-26 1 SIGN=1", -11, 22),
        ("INCREMENT f ACME 1.0 permanent many SIGN=1", -2, 32),
        ("INCREMENT f ACME 1.0 permanent SIGN=1", -2, 32),
        ("INCREMENT f ACME 1.0 permanent 1 START=soon SIGN=1", -11, 40),
        ("INCREMENT f ACME 1.0 permanent 1 HOSTID=!! SIGN=1", -2, 41),
        ("INCREMENT f ACME 1.0 permanent 1 VM_PLATFORMS=X SIGN=1", -189, 47),
        ("INCREMENT f ACME 1.0 permanent 1 TZ=X SIGN=1", -185, 37),
        ("INCREMENT f ACME 1.0 permanent 1 USER_BASED=x SIGN=1", -2, 45),
        ("INCREMENT f ACME 1.0 permanent 1 NOTICE=\"x SIGN=1", -2, 34),
        ("PACKAGE p ACME 1.0 SIGN=1", -82, 1),
        ("PACKAGE p ACME 1.0 COMPONENTS=\"a:x\" SIGN=1", -82, 31),
        ("PACKAGE p ACME 1.0 COMPONENTS=a OPTIONS=WHAT SIGN=1", -82, 41),
        ("UPGRADE f ACME 2.0 1.0 permanent 1 SIGN=1", -2, 16),
    ];
    for (line, number, column) in table {
        let file = read(&format!(
            "{HEAD}{line}\nINCREMENT good ACME 1.0 permanent 1 SIGN=1\n"
        ));
        assert_eq!(
            kinds(&file),
            ["server", "vendor", "malformed", "increment"],
            "{line}"
        );
        let finding = file.findings.iter().find(|finding| finding.line == 3).unwrap();
        assert_eq!(
            (finding.severity, finding.number),
            (Severity::Error, Some(number)),
            "{line}"
        );
        assert_eq!(finding.column, column, "{line}");
    }
}

#[test]
fn odd_but_usable() {
    let table = [
        ("SIGN=1 NEWTHING=5", -90),
        ("SIGN=1 NEWFLAG", -90),
        ("SIGN=1 OVERDRAFT=many", -2),
        ("SIGN=1 BORROW=long", -2),
        ("SIGN=1 DUP_GROUP=XY", -2),
        ("SIGN=1 ISSUED=never", -11),
        ("SIGN=1 SUPERSEDE", -174),
        ("SIGN=1 NOTICE", -2),
        ("SIGN=1 TS_OK=1", -2),
        ("SIGN=1 SN=1 SN=2", -2),
        ("SIGN=1 VENDOR_STRING=;ODP=x", 0),
        ("SIGN=1 sort=low", -2),
        ("SIGN=\"1\"SN=2", -2),
        ("SN=1", -114),
    ];
    for (attributes, number) in table {
        let file = read(&format!("{HEAD}INCREMENT f ACME 1.0 permanent 1 {attributes}\n"));
        assert_eq!(kinds(&file), ["server", "vendor", "increment"], "{attributes}");
        assert_eq!(numbers(&file), [number], "{attributes}: {:#?}", file.findings);
        assert_eq!(file.findings[0].severity, Severity::Warning, "{attributes}");
    }
    let unknown =
        increment("INCREMENT f ACME 1.0 permanent 1 SN=1 SN=2 Own=\"1 2\" note=mine SIGN=1\n").license;
    assert_eq!(
        unknown.terms.serial_number.as_deref(),
        Some("1"),
        "the first one counts"
    );
    assert_eq!(
        unknown.attribute("Own").unwrap().value.as_ref().unwrap().text,
        "1 2",
        "it is kept"
    );
    assert!(unknown.attribute("note").unwrap().is_administrators());
}

#[test]
fn a_lost_backslash_leaves_fragments() {
    let file = read(&format!(
        "{HEAD}INCREMENT f ACME 1.0 permanent 1 \\\nNOTICE=x\nSIGN=\"0123 4567 \\\n89AB CDEF\"\n0123 4567 89AB\n0123456789AB\" SN=5\n"
    ));
    assert_eq!(
        kinds(&file),
        [
            "server",
            "vendor",
            "increment",
            "fragment",
            "fragment",
            "fragment"
        ]
    );
    assert_eq!(numbers(&file), [-114, -2, -2, -2]);
}

#[test]
fn historic_and_unknown_lines_are_kept() {
    let file = read(&format!(
        "{HEAD}sampled-f1-00737-55296-1825\nFEATURESET ACME 0123\nHELLO world\n==== banner ====\nf-1-2\n\t \n"
    ));
    assert_eq!(
        kinds(&file),
        [
            "server",
            "vendor",
            "decimal",
            "featureset",
            "unknown",
            "unknown",
            "unknown",
            "blank"
        ]
    );
    assert_eq!(numbers(&file), [-98, -56, -2, -2, -2]);
}

#[test]
fn packages_and_upgrades() {
    let text = format!(
        "{HEAD}INCREMENT suite ACME 1.0 permanent 5 SIGN=1\nINCREMENT f ACME 1.0 permanent 5 SIGN=1\n\
         UPGRADE f ACME 1.0 2.0 permanent 2 SIGN=1\n\
         PACKAGE suite ACME 1.0 COMPONENTS=\"a:2.0 b c::3\" \\\n OPTIONS=SUITE SUPERSEDE=old ISSUED=1-jan-2026 SIGN=1\n\
         PACKAGE plain ACME 1.0 COMPONENTS=\"a:2.0:3 b::2\" SIGN=1\n"
    );
    let file = read(&text);
    assert_eq!(
        kinds(&file)[2..],
        ["increment", "increment", "upgrade", "package", "package"]
    );
    let packages: Vec<_> = file
        .lines
        .iter()
        .filter_map(|line| match &line.kind {
            LineKind::Package(package) => Some(package),
            _ => None,
        })
        .collect();
    assert_eq!(packages[0].suite, Suite::Suite);
    assert_eq!(packages[0].terms.supersede.as_ref().unwrap().features, ["old"]);
    assert_eq!(packages[0].components.len(), 3);
    assert_eq!(packages[1].components[0].count, Some(3));
    assert_eq!(packages[1].components[1].version, None);
    // A count in a suite. What enables a package or is upgraded may stand in other files.
    assert_eq!(numbers(&file), [-82]);
}

#[test]
fn the_whole_file_is_looked_at() {
    let numbers_of = |text: &str| numbers(&read(text));
    assert_eq!(
        numbers_of("VENDOR ACME\nINCREMENT f ACME 1.0 permanent 1 SIGN=1\n"),
        [-13]
    );
    assert_eq!(
        numbers_of("VENDOR ACME\nFEATURE f ACME 1.0 permanent uncounted HOSTID=ANY SIGN=1\n"),
        Vec::<i32>::new()
    );
    assert_eq!(
        numbers_of("VENDOR ACME\nFEATURE f ACME 1.0 permanent 0 SIGN=1\n"),
        [-94]
    );
    assert_eq!(
        numbers_of("SERVER h ANY\nINCREMENT f ACME 1.0 permanent 1 SIGN=1\n"),
        [0]
    );
    assert_eq!(
        numbers_of(&format!(
            "{HEAD}FEATURE f ACME 1.0 permanent 1 SIGN=1\nFEATURE F ACME 2.0 permanent 1 SIGN=1\n"
        )),
        [0]
    );
    assert_eq!(
        numbers_of(&format!("{HEAD}UPGRADE f ACME 1.0 2.0 permanent 1 SIGN=1\n")),
        Vec::<i32>::new()
    );
    assert_eq!(
        numbers_of(&format!("{HEAD}INCREMENT f ACME 2020.111 permanent 1 SIGN=1\n")),
        [0]
    );
    assert_eq!(
        numbers_of(&format!("{HEAD}INCREMENT f ACME 1.0 permanent 1 SIGN=1 \\\n")),
        [-2]
    );
    assert_eq!(
        numbers_of(&format!("{HEAD}INCREMENT f ACME 1.0 0 1 SIGN=1\n")),
        [-11]
    );
}

#[test]
fn further_attributes() {
    let license = increment(
        "INCREMENT f ACME 1.0 permanent 9 OVERDRAFT=2 VENDOR_STRING=;ODP=50 DUP_GROUP=uhd SUITE_DUP_GROUP=SITE \
         FLOAT_OK=FLEXID=9-1 HOST_BASED=3 USER_BASED LINGER=60 PLATFORMS=\"i86_n x64_l\" VM_PLATFORMS=VM_ALL \
         TZ=+05.30:-8 ONE_TS_OK ISSUER=me sort=300 asset_info=a dist_info=\"b c\" user_info=u vendor_info=v ck=12 \
         lmcksum=1 SIGN2=\"1 2\" SUPERSEDE=\"g h\" ISSUED=1-jan-2026 HOSTID=\"ANY 00a0c9abcdef\" SIGN=1\n",
    )
    .license;
    assert_eq!(
        license.overdraft(),
        2,
        "the attribute goes before the vendor string"
    );
    let terms = &license.terms;
    assert_eq!(
        terms.dup_group,
        DupGroup::Same {
            user: true,
            host: true,
            display: true,
            vendor_data: false
        }
    );
    assert_eq!(terms.suite_dup_group, Some(DupGroup::Site));
    assert!(terms.float_ok.as_ref().unwrap().host_id.is_some());
    assert_eq!(terms.host_based.unwrap().limit, Some(3));
    assert_eq!(terms.user_based.unwrap().limit, None);
    assert_eq!((terms.linger_seconds, terms.sort), (Some(60), 255));
    assert_eq!(terms.platforms, ["i86_n", "x64_l"]);
    assert_eq!(terms.vm_platforms, Some(VmPlatforms::All));
    assert_eq!(terms.time_zone, Some(TimeZoneRule::Offsets(vec![330, -480])));
    assert!(terms.one_terminal_server && !terms.terminal_server);
    assert_eq!(terms.supersede.as_ref().unwrap().features, ["g", "h"]);
    assert_eq!(terms.host_ids.len(), 2);
    assert_eq!(
        [
            &terms.asset_info,
            &terms.dist_info,
            &terms.user_info,
            &terms.vendor_info
        ]
        .map(|text| text.as_deref().unwrap()),
        ["a", "b c", "u", "v"]
    );
}

#[test]
fn blanks_are_the_same_everywhere() {
    let components = |text: &str| {
        let file = read(&format!("PACKAGE p ACME 1.0 COMPONENTS=\"{text}\" SIGN=1\n"));
        file.lines
            .iter()
            .find_map(|line| match &line.kind {
                LineKind::Package(package) => Some(package.components.len()),
                _ => None,
            })
            .unwrap()
    };
    for blank in [" ", "  ", "\t", "\r", "\u{b}", "\u{c}", " \\\n"] {
        assert_eq!(components(&format!("a{blank}b")), 2, "{blank:?} separates");
    }
    for other in ["\u{a0}", "\u{85}", "\u{2028}", "\u{3000}"] {
        assert_eq!(components(&format!("a{other}b")), 1, "{other:?} is text");
    }
}

#[test]
fn a_file_is_made_out_to_the_machines_of_its_server_lines() {
    let made_out = |head: &str| read(&format!("{head}INCREMENT f ACME 1.0 permanent 1 SIGN=1\n"));
    let machine = licensing_license_file::license_file::HostIdentity::named("ls02.example");
    for (head, expected) in [
        ("", None),
        ("SERVER h\n", None),
        ("SERVER h HOSTNAME=ls01\n", Some(false)),
        ("SERVER h HOSTNAME=LS02\n", Some(true)),
        ("SERVER h ANY\n", Some(true)),
        ("SERVER h DEMO\n", Some(false)),
        (
            "SERVER a HOSTNAME=ls01 1\nSERVER b HOSTNAME=ls02 1\nSERVER c HOSTNAME=ls03 1\n",
            Some(true),
        ),
    ] {
        assert_eq!(made_out(head).is_made_out_to(&machine), expected, "{head}");
    }
}
