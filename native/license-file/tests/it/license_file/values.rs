//! Versions, dates, host ids and vendor strings.

use std::cmp::Ordering;

use jiff::civil::date;
use licensing_license_file::license_file::{
    AlertRule, AlertStart, HostId, HostIdentity, LicenseDate, LicenseVersion, VendorMeaning, VendorString,
};
use proptest::prelude::*;

fn version(text: &str) -> LicenseVersion {
    text.parse().unwrap()
}

#[test]
fn versions_compare_as_decimal_fractions() {
    let table = [
        ("1.0", "1.000", Ordering::Equal),
        ("31.0", "31.000000", Ordering::Equal),
        ("01.5", "1.50", Ordering::Equal),
        ("1", "1.", Ordering::Equal),
        (".5", "0.5", Ordering::Equal),
        ("2.10", "2.1", Ordering::Equal),
        ("2.10", "2.9", Ordering::Less),
        ("10.0", "9.9", Ordering::Greater),
        ("2026.0401", "2026.1", Ordering::Less),
        ("2025.1201", "2026.0101", Ordering::Less),
        // Without the zero of the month January sorts behind September.
        ("2020.111", "2020.0930", Ordering::Greater),
        (
            "123456789012345678901234567890.1",
            "123456789012345678901234567890.10",
            Ordering::Equal,
        ),
    ];
    for (left, right, expected) in table {
        assert_eq!(version(left).cmp(&version(right)), expected, "{left} and {right}");
        assert_eq!(
            version(left) == version(right),
            expected == Ordering::Equal,
            "{left} and {right}"
        );
    }
    for bad in [
        "",
        ".",
        "1.2.3",
        "1a",
        "-1",
        "1,0",
        " 1",
        "v1",
        "١",
        &"1".repeat(65),
    ] {
        assert!(bad.parse::<LicenseVersion>().is_err(), "{bad:?} is no version");
    }
}

#[test]
fn date_versions_know_their_day() {
    let day = |text: &str| version(text).date().map(|day| (day.date, day.missing_zero));
    assert_eq!(day("2026.0401"), Some((date(2026, 4, 1), false)));
    assert_eq!(day("2020.111"), Some((date(2020, 1, 11), true)));
    assert_eq!(day("2024.0229"), Some((date(2024, 2, 29), false)));
    for none in [
        "2023.0229",
        "2026.1301",
        "2026.0",
        "2026.04",
        "1.0",
        "2026",
        "2026.04011",
        "26.0401",
    ] {
        assert_eq!(day(none), None, "{none}");
    }
    assert_eq!(LicenseVersion::from_date(date(2026, 4, 1)).as_str(), "2026.0401");
}

#[test]
fn dates_are_read_in_all_spellings() {
    let day = |text: &str| text.parse::<LicenseDate>();
    assert_eq!(day("31-Dec-2022"), Ok(LicenseDate::Day(date(2022, 12, 31))));
    assert_eq!(day("6-feb-2007"), Ok(LicenseDate::Day(date(2007, 2, 6))));
    assert_eq!(day("07-MAR-2007"), Ok(LicenseDate::Day(date(2007, 3, 7))));
    for permanent in [
        "permanent",
        "PERMANENT",
        "1-jan-0",
        "01-jan-00",
        "1-jan-000",
        "01-jan-0000",
        "29-feb-0",
        "0",
    ] {
        assert_eq!(day(permanent), Ok(LicenseDate::Permanent), "{permanent}");
    }
    for bad in [
        "",
        "1-jan-07",
        "1-jan-207",
        "32-jan-2026",
        "30-feb-2026",
        "1-jän-2026",
        "2026-01-01",
        "1-1-2026",
        "1-jan-2026-",
        "001-jan-2026",
        "+1-jan-2026",
        "1-jan-20260",
        "never",
        "29-feb-2025",
    ] {
        assert!(day(bad).is_err(), "{bad:?} is no date");
    }
    assert_eq!(LicenseDate::Day(date(2030, 6, 5)).to_string(), "05-jun-2030");
    assert_eq!(LicenseDate::Permanent.to_string(), "permanent");
}

#[test]
fn the_printed_day_is_still_valid() {
    let expires = LicenseDate::Day(date(2016, 6, 30));
    assert!(!expires.is_past(date(2016, 6, 30)));
    assert!(expires.is_past(date(2016, 7, 1)));
    assert!(!LicenseDate::Permanent.is_past(date(9999, 12, 31)));
}

#[test]
fn host_ids_are_typed() {
    let table = [
        ("any", HostId::Any),
        ("DEMO", HostId::Demo),
        ("00a0c9abcdef", HostId::Hex("00A0C9ABCDEF".into())),
        ("HOSTNAME=LS01", HostId::HostName("LS01".into())),
        ("hostname=ls01.example", HostId::HostName("ls01.example".into())),
        ("ID=1234-5678", HostId::Id("12345678".into())),
        ("INTERNET=10.0.*.*", HostId::Internet("10.0.*.*".into())),
        (
            "VDH=A=B",
            HostId::Other {
                kind: "VDH".into(),
                value: "A=B".into(),
            },
        ),
        (
            "FLEXID=9-1234",
            HostId::Other {
                kind: "FLEXID".into(),
                value: "9-1234".into(),
            },
        ),
    ];
    for (text, expected) in table {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for bad in ["", "xyz", "=5", "HOSTNAME=", "A B=5"] {
        assert!(bad.parse::<HostId>().is_err(), "{bad:?} is no host id");
    }
}

#[test]
fn host_ids_match_the_machine_they_name() {
    let machine = HostIdentity {
        ethernet_addresses: vec![[0, 0xA0, 0xC9, 0xAB, 0xCD, 0xEF]],
        long_ids: vec![0x1234_ABCD],
        internet_addresses: vec!["10.0.7.1".parse().unwrap(), "fd00::1".parse().unwrap()],
        others: vec![("VM_UUID".into(), "564d-AB".into())],
        ..HostIdentity::named("LS01.corp.example")
    };
    let matches = |text: &str| text.parse::<HostId>().unwrap().matches(&machine);
    for yes in [
        "ANY",
        "ID=5",
        "HOSTNAME=ls01",
        "HOSTNAME=Ls01.Corp.Example",
        "00a0c9abcdef",
        "1234abcd",
        "INTERNET=10.0.*.*",
        "INTERNET=10.0.7.1",
        "INTERNET=fd00::1",
        "vm_uuid=564D-ab",
    ] {
        assert!(matches(yes), "{yes} is this machine");
    }
    for no in [
        "HOSTNAME=ls02",
        "HOSTNAME=ls01.other.example",
        "00a0c9abcdee",
        "1234abcc",
        "INTERNET=10.1.*.*",
        "INTERNET=10.0.7",
        "VM_UUID=5",
        "DISPLAY=ls01",
        "USER=root",
        "FLEXID=9-1",
    ] {
        assert!(!matches(no), "{no} is another machine");
    }
    assert_eq!(HostIdentity::named("10.0.7.1").host_names, ["10.0.7.1"]);
}

#[test]
fn vendor_strings_have_typed_fields() {
    let text = ";LT=Retail;GP=720;CL=ENT,ADV,STD,AST;SA=1;ODP=10;NUDURMIN=2880;NUDURMAX=525600;LP=90;MLC=75;\
                AP=ADMIN/LOGON/-28D:NONADMIN/LOGON/ALW;PSL=x;NEW=1;FLAG";
    let read = VendorString::parse(text);
    assert_eq!(read.text, text);
    assert_eq!(read.license_type(), Some("Retail"));
    assert_eq!(read.grace_hours(), Some(720));
    assert_eq!(read.compatible(), ["ENT", "ADV", "STD", "AST"]);
    assert_eq!(read.subscription_advantage(), Some(true));
    assert_eq!(read.overdraft_percent(), Some(10));
    assert_eq!(
        (read.least_assignment_minutes(), read.most_assignment_minutes()),
        (Some(2880), Some(525_600))
    );
    assert_eq!((read.assignment_days(), read.most_seats()), (Some(90), Some(75)));
    let rule = |who: &str, from| AlertRule {
        who: who.into(),
        when: "LOGON".into(),
        from,
    };
    assert_eq!(
        read.alert_policy(),
        [
            rule("ADMIN", AlertStart::DaysBeforeExpiry(28)),
            rule("NONADMIN", AlertStart::Always)
        ]
    );
    let others: Vec<_> = read
        .fields
        .iter()
        .filter(|field| field.meaning == VendorMeaning::Other)
        .map(|field| (field.key.as_str(), field.value.as_str()))
        .collect();
    assert_eq!(others, [("NEW", "1"), ("FLAG", "")]);

    assert!(VendorString::parse("just text; a=b").fields.is_empty());
    for bad in [
        ";ODP=x",
        ";ODP=101",
        ";GP=-1",
        ";SA=2",
        ";AP=ADMIN/LOGON",
        ";LT=",
        ";LP=99999999999",
    ] {
        assert_eq!(
            VendorString::parse(bad).fields[0].meaning,
            VendorMeaning::Invalid,
            "{bad}"
        );
    }
}

proptest! {
    #[test]
    fn version_order_is_that_of_the_numbers(left in 0_u64..10_000_000, right in 0_u64..10_000_000, pad in 0_usize..4) {
        // Four decimals: the same order as the integers they are made of.
        let text = |number: u64| format!("{}.{:04}{}", number / 10_000, number % 10_000, "0".repeat(pad));
        prop_assert_eq!(version(&text(left)).cmp(&version(&text(right))), left.cmp(&right));
    }

    #[test]
    fn dates_print_as_they_are_read(days in 0_i64..2_900_000) {
        let day = LicenseDate::Day(date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap());
        prop_assert_eq!(day.to_string().parse(), Ok(day));
    }

    #[test]
    fn no_text_upsets_the_readers(text in "\\PC{0,40}") {
        let _ = text.parse::<LicenseVersion>();
        let _ = text.parse::<LicenseDate>();
        if let Ok(id) = text.parse::<HostId>() {
            let _ = id.matches(&HostIdentity::named(&text));
            prop_assert_eq!(id.canonical().parse::<HostId>().map(|again| again.canonical()), Ok(id.canonical()));
        }
        prop_assert_eq!(VendorString::parse(&text).text, text);
    }
}
