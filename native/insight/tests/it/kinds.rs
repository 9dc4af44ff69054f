//! Kinds of findings that one server is enough for, from what is stored.

use jiff::{Timestamp, ToSpan as _};
use licensing_insight::service::{Account, Insight};
use licensing_management::compliance::{FindingKind, FindingState};
use licensing_management::upload::{ProductSeen, UploadBody};

use crate::site::Site;
use crate::support::{Backend, on_both, register, take};

fn day(day: i64, hours: i64) -> Timestamp {
    "2025-03-03T06:00:00Z".parse::<Timestamp>().unwrap() + (24 * day + hours).hours()
}

/// The next upload of a server, which is looked at when it is taken.
fn hand_over(
    insight: &Insight,
    site: &mut Site,
    at: Timestamp,
    serial: &str,
    change: impl FnOnce(&mut UploadBody),
) {
    let upload = site.upload_with(at, &[serial], change);
    take(insight, site, &upload).unwrap();
}

/// What was found about a server, each with the field that proves it.
fn found(insight: &Insight, site: &Site) -> Vec<(FindingKind, FindingState, String)> {
    insight
        .visible_findings(&Account::local(), Some(&site.guid.to_string()), true)
        .unwrap()
        .into_iter()
        .map(|record| {
            let field = record.finding.evidence[0].field.clone();
            (record.finding.kind, record.state, field)
        })
        .collect()
}

fn a_license_that_is_too_old_is_found_and_resolved_when_it_is_removed(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    let list = "Feature,ProductVersion,RequiredDate\nCAD,2.4,2027-06-01\n";
    insight.import_requirements(&Account::local(), list).unwrap();
    hand_over(&insight, &mut site, day(0, 0), "SN-1", |body| {
        body.products.push(ProductSeen {
            vendor: "ACME".to_owned(),
            feature: "CAD".to_owned(),
            license_version: "2026.1231".parse().unwrap(),
            product: "Acme CAD 2.4".to_owned(),
            first_seen: day(-1, 0),
            last_seen: day(-1, 3),
        });
    });
    let is = |state| {
        [(
            FindingKind::LegacyLicense,
            state,
            "/products/0/licenseVersion".to_owned(),
        )]
    };
    assert_eq!(found(&insight, &site), is(FindingState::Open));
    hand_over(&insight, &mut site, day(1, 0), "SN-1", |body| {
        body.licenses.clear();
    });
    assert_eq!(found(&insight, &site), is(FindingState::Resolved));
}

fn more_seats_than_there_are_is_found(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    hand_over(&insight, &mut site, day(0, 0), "SN-1", |_| {});
    assert_eq!(found(&insight, &site), []);
    hand_over(&insight, &mut site, day(1, 0), "SN-1", |body| {
        body.features[0].count_used_max = 28;
    });
    let impossible = (
        FindingKind::ImpossibleCount,
        FindingState::Open,
        "/features/0/countUsedMax".to_owned(),
    );
    assert_eq!(found(&insight, &site), [impossible]);
}

fn a_clock_that_was_set_is_found(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    hand_over(&insight, &mut site, day(0, 0), "SN-1", |body| {
        body.server.clock.jump_seconds = -7200;
    });
    let wrong = (
        FindingKind::WrongClock,
        FindingState::Open,
        "/server/clock/jumpSeconds".to_owned(),
    );
    assert_eq!(found(&insight, &site), [wrong]);
}

fn two_copies_of_a_server_are_found_and_a_restored_one_is_none(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    hand_over(&insight, &mut site, day(0, 0), "SN-1", |_| {});
    let mut copy = site.copy();
    hand_over(&insight, &mut site, day(1, 0), "SN-1", |_| {});
    hand_over(&insight, &mut copy, day(2, 0), "SN-1", |_| {});
    assert_eq!(found(&insight, &site), [], "it may have been restored");
    hand_over(&insight, &mut site, day(3, 0), "SN-1", |_| {});
    let cloned = (
        FindingKind::ClonedServer,
        FindingState::Open,
        "/previous".to_owned(),
    );
    assert_eq!(found(&insight, &site), [cloned]);
}

on_both! {
    a_license_that_is_too_old_is_found_and_resolved_when_it_is_removed,
    more_seats_than_there_are_is_found,
    a_clock_that_was_set_is_found,
    two_copies_of_a_server_are_found_and_a_restored_one_is_none,
}
