//! What monitoring reads, checked by the rules of OpenMetrics.

use std::collections::{BTreeMap, BTreeSet};

use licensing_api::ErrorCode;
use serde_json::{Value, json};

use super::{As, Fixture, fixture, fixture_with};

fn pool(feature: &str, pool_id: &str, more: &[(&str, Value)]) -> Value {
    let mut row = super::lists::pool("ACME", feature, &[]);
    row["poolId"] = json!(pool_id);
    for (name, value) in more {
        row[*name] = value.clone();
    }
    row
}

fn serve(fixture: &Fixture) {
    let pools = [
        pool(
            "CAD_PRO_CCU",
            "01",
            &[
                ("licensesInUse", json!(13)),
                ("licenseOverdraft", json!(2)),
                ("overdraftInUse", json!(2)),
                ("burst", json!(1)),
                ("borrowed", json!(3)),
                ("reserved", json!(4)),
                ("queued", json!(5)),
                ("free", json!(0)),
                ("licenseExpirationDate", json!("2027-01-31")),
            ],
        ),
        pool("CAD_PRO_CCU", "02", &[("status", json!("Expired"))]),
        pool("odd \"name\" \\ here", "03", &[("uncounted", json!(true))]),
    ];
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": pools }));
    let figures = json!({
        "leases": 17, "granted": 1000, "denied": [["AllSeatsTaken", 4], ["Expired", 1]], "auditRecords": 2005,
        "commits": [0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1], "commitSeconds": 1.25, "connections": 9,
    });
    fixture.daemons.serve("ACME", "manager.Figures", figures);
    fixture.daemons.serve("BETA", "GetUsage", json!({ "items": [] }));
}

/// Samples by name and labels as they stand, after every rule that a parser insists on was checked.
fn parsed(text: &str) -> BTreeMap<String, f64> {
    let body = text.strip_suffix("# EOF\n").expect("it ends with its mark");
    let mut samples = BTreeMap::new();
    let mut families = BTreeSet::new();
    let mut family = (String::new(), String::new());
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(families.insert(name.to_owned()), "{name} stands twice");
            family = (name.to_owned(), kind.to_owned());
            continue;
        }
        if line.starts_with("# HELP ") || line.starts_with("# UNIT ") {
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        let suffix = name
            .strip_prefix(family.0.as_str())
            .unwrap_or_else(|| panic!("{line} is not of {}", family.0));
        let allowed: &[&str] = match family.1.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            kind => panic!("{kind}"),
        };
        assert!(allowed.contains(&suffix), "{line}");
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
            "{line}"
        );
        let value: f64 = value.parse().unwrap();
        assert!(
            samples.insert(sample.to_owned(), value).is_none(),
            "{sample} stands twice"
        );
    }
    samples
}

#[tokio::test]
async fn every_number_of_every_pool_is_shown() {
    let fixture = fixture().await;
    serve(&fixture);
    let answer = fixture.get("/metrics").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let samples = parsed(&answer.text);
    let pool = "{vendor=\"ACME\",feature=\"CAD_PRO_CCU\",version=\"2027.0101\",pool=\"01\"}";
    for (name, expected) in [
        ("licensing_pool_seats_installed", 10.0),
        ("licensing_pool_seats_overdraft", 2.0),
        ("licensing_pool_seats_in_use", 13.0),
        ("licensing_pool_seats_overdraft_in_use", 2.0),
        ("licensing_pool_seats_burst", 1.0),
        ("licensing_pool_seats_borrowed", 3.0),
        ("licensing_pool_seats_reserved", 4.0),
        ("licensing_pool_requests_queued", 5.0),
        ("licensing_pool_seats_free", 0.0),
        ("licensing_pool_serving", 1.0),
        ("licensing_pool_expiry_timestamp_seconds", 1_801_440_000.0),
    ] {
        assert_eq!(
            samples.get(&format!("{name}{pool}")),
            Some(&expected),
            "{name}\n{}",
            answer.text
        );
    }
    let second = pool.replace("01\"}", "02\"}");
    assert_eq!(samples[&format!("licensing_pool_serving{second}")], 0.0);
    assert!(!samples.contains_key(&format!("licensing_pool_expiry_timestamp_seconds{second}")));
    let odd = "{vendor=\"ACME\",feature=\"odd \\\"name\\\" \\\\ here\",version=\"2027.0101\",pool=\"03\"}";
    assert!(
        samples.contains_key(&format!("licensing_pool_seats_in_use{odd}")),
        "{}",
        answer.text
    );
    assert!(
        !samples.contains_key(&format!("licensing_pool_seats_installed{odd}")),
        "nothing is counted"
    );
}

#[tokio::test]
async fn vendors_have_their_figures_and_one_that_is_down_is_seen_to_be() {
    let fixture = fixture().await;
    serve(&fixture);
    let samples = parsed(&fixture.get("/metrics").await.text);
    let at = |name: &str| {
        *samples
            .get(name)
            .unwrap_or_else(|| panic!("{name} in {samples:#?}"))
    };
    assert_eq!(at("licensing_vendor_up{vendor=\"ACME\"}"), 1.0);
    assert_eq!(at("licensing_vendor_up{vendor=\"BETA\"}"), 0.0);
    assert_eq!(at("licensing_leases{vendor=\"ACME\"}"), 17.0);
    assert_eq!(at("licensing_checkouts_granted_total{vendor=\"ACME\"}"), 1000.0);
    assert_eq!(
        at("licensing_checkouts_denied_total{vendor=\"ACME\",reason=\"AllSeatsTaken\"}"),
        4.0
    );
    assert_eq!(at("licensing_audit_records_total{vendor=\"ACME\"}"), 2005.0);
    assert_eq!(at("licensing_connections{port=\"vendor daemon ACME\"}"), 9.0);
    assert_eq!(at("licensing_connections{port=\"manager\"}"), 0.0);
    assert_eq!(
        at(&format!(
            "licensing_server_info{{version=\"{}\"}}",
            env!("CARGO_PKG_VERSION")
        )),
        1.0
    );
    assert_eq!(at("licensing_pools_left_out"), 0.0);

    let bucket = |bound: &str| {
        at(&format!(
            "licensing_commit_duration_seconds_bucket{{le=\"{bound}\",vendor=\"ACME\"}}"
        ))
    };
    assert_eq!((bucket("0.001"), bucket("0.002"), bucket("1.0")), (5.0, 5.0, 8.0));
    assert_eq!(
        bucket("+Inf"),
        at("licensing_commit_duration_seconds_count{vendor=\"ACME\"}")
    );
    assert_eq!(at("licensing_commit_duration_seconds_sum{vendor=\"ACME\"}"), 1.25);
}

#[tokio::test]
async fn a_flood_of_pools_is_cut_and_said_to_be() {
    let fixture = fixture().await;
    let pools: Vec<_> = (0..2003)
        .map(|number| pool("CAD", &number.to_string(), &[]))
        .collect();
    fixture
        .daemons
        .serve("ACME", "GetInventory", json!({ "items": pools }));
    let samples = parsed(&fixture.get("/metrics").await.text);
    let shown = samples
        .keys()
        .filter(|name| name.starts_with("licensing_pool_seats_in_use"))
        .count();
    assert_eq!((shown, samples["licensing_pools_left_out"]), (2000, 3.0));
}

#[tokio::test]
async fn credentials_are_wanted_unless_the_configuration_says_otherwise() {
    let closed = fixture().await;
    let answer = closed.send("GET", "/metrics", As::Nobody, None).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (401, ErrorCode::AuthorizationFailed.name())
    );
    let open = fixture_with(|config| config.web.anonymous_metrics = true).await;
    let answer = open.send("GET", "/metrics", As::Nobody, None).await;
    assert_eq!(answer.status, 200);
    for (method, path) in [
        ("POST", "/metrics"),
        ("GET", "/v1/inventory"),
        ("GET", "/openapi.json"),
    ] {
        let answer = open.send(method, path, As::Nobody, None).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}
