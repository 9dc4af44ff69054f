//! From orders to signed files.

use jiff::civil::date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::authority::{Authority, InvalidOrder, Order};
use licensing_license_file::license_file::{
    DupGroup, IncrementKeyword, LicenseDate, LicenseFile, LineKind, parse,
};
use licensing_license_file::signing::{IssuerKey, TrustStore};
use proptest::prelude::*;
use zeroize::Zeroizing;

const TODAY: jiff::civil::Date = date(2026, 4, 1);

fn authority() -> Authority {
    let key = IssuerKey::from_random(&Zeroizing::new([3; 32]));
    let public = key
        .public("Example Software", &["ACME".into(), "CITRIX".into()])
        .unwrap();
    Authority::new(key, public).unwrap()
}

fn issue(order: &str) -> Result<String, InvalidOrder> {
    authority().issue(&Order::from_toml(order)?, TODAY)
}

fn read(text: &str) -> LicenseFile {
    let file = parse(text.as_bytes());
    let trust: TrustStore = [authority().public().clone()].into_iter().collect();
    let states = trust.verify(&file);
    assert!(
        states
            .iter()
            .flatten()
            .all(|state| *state == SignatureState::Valid),
        "{states:?}\n{text}"
    );
    file
}

/// The order that the documentation shows.
fn documented() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/license-file.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let (_, rest) = docs
        .split_once("<!-- The tests issue this order. -->\n```toml\n")
        .unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_documented_order_is_issued() {
    let text = issue(&documented()).unwrap();
    let file = read(&text);
    let increments: Vec<_> = file
        .increments()
        .map(|(_, increment)| increment.license.clone())
        .collect();
    assert_eq!(increments.len(), 2);
    let pro = &increments[0];
    assert_eq!(
        (pro.feature.value.as_str(), pro.version.value.as_str()),
        ("DESIGN_PRO_CCU", "2026.0401")
    );
    assert_eq!((pro.count.value, pro.overdraft()), (Some(25), 2));
    assert_eq!(pro.expires.value, LicenseDate::Day(date(2030, 12, 31)));
    assert_eq!(pro.terms.serial_number.as_deref(), Some("ORDER-1001:1"));
    assert_eq!(pro.terms.notice.as_deref(), Some("Example Ltd"));
    assert_eq!(pro.terms.issued, Some(TODAY));
    let suite = &increments[1];
    assert_eq!((suite.overdraft(), suite.terms.borrow_hours), (1, Some(168)));
    assert_eq!(suite.terms.start, Some(date(2026, 5, 1)));
    assert_eq!(suite.terms.platforms, ["x64_l", "x64_n"]);
    assert_eq!(suite.terms.asset_info.as_deref(), Some("second floor"));
    assert!(
        file.lines
            .iter()
            .any(|line| matches!(&line.kind, LineKind::Package(package)
        if package.terms.serial_number.as_deref() == Some("ORDER-1001:3")))
    );
    assert_eq!(file.servers().next().unwrap().port.as_ref().unwrap().value, 27000);
    assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
}

#[test]
fn the_citrix_shape_can_be_issued() {
    let text = issue(
        r#"
        vendor = "CITRIX"
        customer = "Müller & Söhne"
        server = { host_id = "hostname=LS01" }
        [[grants]]
        feature = "XDT_PLT_UD"
        subscription_date = 2026-04-01
        expires = "31-dec-2030"
        count = 125
        serial_number = "O:1"
        dup_group = "UH"
        supersede = ["XDT_ENT_UD"]
        user_based = 10
        host_based = true
        linger_seconds = 60
        single = true
        [grants.vendor_string]
        license_type = "Retail"
        grace_hours = 720
        compatible = ["ENT", "ADV"]
        subscription_advantage = true
        overdraft_percent = 10
        least_assignment_minutes = 2880
        most_assignment_minutes = 525600
        assignment_days = 90
        most_seats = 75
        alert_policy = "ADMIN/LOGON/-28D:NONADMIN/LOGON/ALW"
        others = { PSL = "x" }
        "#,
    )
    .unwrap();
    let file = read(&text);
    let (_, increment) = file.increments().next().unwrap();
    assert_eq!(increment.keyword, IncrementKeyword::Feature);
    let license = &increment.license;
    assert_eq!(
        license.terms.vendor_string.text,
        ";LT=Retail;GP=720;CL=ENT,ADV;SA=1;ODP=10;NUDURMIN=2880;NUDURMAX=525600;LP=90;MLC=75;\
         AP=ADMIN/LOGON/-28D:NONADMIN/LOGON/ALW;PSL=x"
    );
    assert_eq!(license.overdraft(), 12);
    assert_eq!(
        license.terms.dup_group,
        DupGroup::Same {
            user: true,
            host: true,
            display: false,
            vendor_data: false
        }
    );
    assert_eq!(license.terms.supersede.as_ref().unwrap().features, ["XDT_ENT_UD"]);
    assert_eq!(license.terms.notice.as_deref(), Some("Müller & Söhne"));
    assert_eq!(license.terms.user_based.unwrap().limit, Some(10));
}

const BASE: &str = "vendor = \"ACME\"\ncustomer = \"Example\"\nserver = { host_id = \"HOSTNAME=ls01\" }\n\
                    [[grants]]\nfeature = \"F\"\nversion = \"1.0\"\nexpires = \"permanent\"\ncount = 5\n";

#[test]
fn uncounted_and_upgrades() {
    let uncounted = BASE
        .replace(
            "count = 5",
            "count = \"uncounted\"\nhost_ids = [\"ANY\"]\nattributes = { TS_OK = true }",
        )
        .replace("server = { host_id = \"HOSTNAME=ls01\" }\n", "");
    let file = read(&issue(&uncounted).unwrap());
    let (_, increment) = file.increments().next().unwrap();
    assert_eq!(increment.license.count.value, None);
    assert!(increment.license.terms.terminal_server);
    let upgrade = BASE.replace("version = \"1.0\"", "version = \"2.0\"\nupgrade_from = \"1.0\"");
    let file = read(&issue(&upgrade).unwrap());
    assert!(
        file.lines
            .iter()
            .any(|line| matches!(&line.kind, LineKind::Upgrade(upgrade)
        if upgrade.from_version.value.as_str() == "1.0"))
    );
}

#[test]
fn every_problem_names_its_field() {
    assert!(issue(BASE).is_ok());
    let table = [
        ("vendor = \"ACME\"", "vendor = \"OTHER\"", "vendor"),
        ("vendor = \"ACME\"", "vendor = \"A B\"", "vendor"),
        ("customer = \"Example\"", "customer = \"\"", "customer"),
        ("customer = \"Example\"", "customer = \"a\\\"b\"", "customer"),
        (
            "customer = \"Example\"",
            "customer = \"a\\nSERVER x ANY\"",
            "customer",
        ),
        ("server = { host_id = \"HOSTNAME=ls01\" }\n", "", "server"),
        ("HOSTNAME=ls01", "nonsense", "server.host_id"),
        ("HOSTNAME=ls01", "DEMO", "server.host_id"),
        ("HOSTNAME=ls01", "HOSTNAME=ls01 27000", "server.host_id"),
        (
            "HOSTNAME=ls01",
            "HOSTNAME=ls01\\nINCREMENT F ACME 1.0 permanent 9999",
            "server.host_id",
        ),
        ("HOSTNAME=ls01\"", "ANY\", host = \"a b\"", "server.host"),
        ("HOSTNAME=ls01\"", "ANY\", port = 0", "server.port"),
        ("feature = \"F\"", "feature = \"F G\"", "grants[1].feature"),
        (
            "feature = \"F\"",
            "feature = \"ABCDEFGHIJKLMNOPQRSTUVWXYZ_12345\"",
            "grants[1].feature",
        ),
        ("version = \"1.0\"", "version = \"one\"", "grants[1].version"),
        ("version = \"1.0\"", "version = \"2020.111\"", "grants[1].version"),
        ("version = \"1.0\"", "", "grants[1].version"),
        (
            "version = \"1.0\"",
            "version = \"1.0\"\nsubscription_date = 2026-01-01",
            "grants[1].version",
        ),
        (
            "version = \"1.0\"",
            "version = \"1.0\"\nupgrade_from = \"1.0\"",
            "grants[1].upgrade_from",
        ),
        ("expires = \"permanent\"", "", "grants[1].expires"),
        (
            "expires = \"permanent\"",
            "expires = 2026-03-31",
            "grants[1].expires",
        ),
        (
            "expires = \"permanent\"",
            "expires = 2026-05-31\nstart = 2026-06-01",
            "grants[1].expires",
        ),
        ("count = 5", "", "grants[1].count"),
        ("count = 5", "count = \"uncounted\"", "grants[1].host_ids"),
        (
            "count = 5",
            "count = \"uncounted\"\nhost_ids = [\"ANY\"]\noverdraft = 1",
            "grants[1].count",
        ),
        ("count = 5", "count = 5\ndup_group = \"X\"", "grants[1].dup_group"),
        ("count = 5", "count = 5\nhost_ids = [\"x\"]", "grants[1].host_ids"),
        (
            "count = 5",
            "count = 5\nhost_ids = [\"ID=1\\nINCREMENT\"]",
            "grants[1].host_ids",
        ),
        ("count = 5", "count = 5\nborrow = 0", "grants[1].borrow"),
        (
            "count = 5",
            "count = 5\nsupersede = [\"a b\"]",
            "grants[1].supersede",
        ),
        (
            "count = 5",
            "count = 5\nattributes = { SIGN = \"0\" }",
            "grants[1].attributes.SIGN",
        ),
        (
            "count = 5",
            "count = 5\nattributes = { overdraft = \"9\" }",
            "grants[1].attributes.overdraft",
        ),
        (
            "count = 5",
            "count = 5\nattributes = { note = true }",
            "grants[1].attributes.note",
        ),
        (
            "count = 5",
            "count = 5\nattributes = { note = \"a\\\\\" }",
            "grants[1].attributes.note",
        ),
        (
            "count = 5",
            "count = 5\nvendor_string = { license_type = \"a;ODP=90\" }",
            "grants[1].vendor_string.license_type",
        ),
        (
            "count = 5",
            "count = 5\nvendor_string = { overdraft_percent = 101 }",
            "grants[1].vendor_string.ODP",
        ),
        (
            "count = 5",
            "count = 5\noverdraft = 1\nvendor_string = { overdraft_percent = 10 }",
            "grants[1].overdraft",
        ),
        (
            "count = 5",
            "count = 5\n[[packages]]\nname = \"F\"\nversion = \"1.0\"",
            "packages[1].components",
        ),
        // What only the written file shows.
        ("count = 5", "count = 5\nattributes = { TZ = \"nowhere\" }", ""),
        ("count = 5", "count = 5\nattributes = { TS_OK = \"1\" }", ""),
    ];
    for (from, to, field) in table {
        let changed = BASE.replace(from, to);
        assert_ne!(changed, BASE, "{from}");
        let error = issue(&changed).expect_err(to);
        assert!(
            error.problems.iter().any(|problem| problem.field == field),
            "{to}: {error}"
        );
    }
    let many = BASE
        .replace("\"ACME\"", "\"\"")
        .replace("\"F\"", "\"\"")
        .replace("\"1.0\"", "\"x\"");
    assert!(
        issue(&many).unwrap_err().problems.len() >= 3,
        "all problems are reported at once"
    );
}

#[test]
fn wrong_documents_are_refused_with_their_line() {
    for (from, to) in [
        ("count = 5", "count = 0"),
        ("count = 5", "count = -1"),
        ("count = 5", "count = \"many\""),
        ("count = 5", "seats = 5"),
        ("\"permanent\"", "\"soon\""),
        ("\"permanent\"", "2026-12-31T12:00:00Z"),
        ("count = 5", "count = 5\nstart = \"permanent\""),
        ("count = 5", "count = 5\nborrow = \"long\""),
    ] {
        let error = Order::from_toml(&BASE.replace(from, to))
            .expect_err(to)
            .to_string();
        assert!(error.contains("line "), "{to}: {error}");
    }
}

#[test]
fn key_and_trust_file_belong_together() {
    let key = |seed| IssuerKey::from_random(&Zeroizing::new([seed; 32]));
    let other = key(9).public("Other", &["*".into()]).unwrap();
    assert!(
        Authority::new(key(3), other)
            .unwrap_err()
            .to_string()
            .contains("Other")
    );
}

proptest! {
    /// No text of an order can become anything but the value it was meant as.
    #[test]
    fn texts_come_back_or_are_refused(customer in "\\PC{0,30}|[ -~\n]{0,30}", info in "\\PC{1,30}") {
        let mut order = Order::from_toml(BASE).unwrap();
        order.customer = customer.clone();
        let value = licensing_license_file::authority::SwitchOr::Value(info.clone());
        order.grants[0].attributes.insert("asset_info".into(), value);
        if let Ok(text) = authority().issue(&order, TODAY) {
            let file = read(&text);
            let (_, increment) = file.increments().next().unwrap();
            prop_assert_eq!(increment.license.terms.notice.as_deref(), Some(customer.as_str()));
            prop_assert_eq!(increment.license.terms.asset_info.as_deref(), Some(info.as_str()));
            prop_assert_eq!(file.increments().count(), 1);
            prop_assert_eq!(file.servers().count(), 1);
        }
    }
}
