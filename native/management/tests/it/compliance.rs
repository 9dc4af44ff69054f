//! The rules, example by example and in every order.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _};
use licensing_management::compliance::{
    Bounds, DisasterRecoveryPair, Finding, FindingKind, FindingRecord, FindingState, Knowledge, LifeError,
    ProductVersion, Rescission, Rows, Severity, VersionRequirement, evaluate, evaluate_at, never_heard,
    reconcile,
};
use licensing_management::id::UploadId;
use licensing_management::upload::{SealedUpload, UploadBody};
use proptest::prelude::*;

use crate::sample::{at, body, guid};

/// A server that uploads once a day.
struct Site {
    number: u8,
    sequence: u64,
    previous: Option<String>,
    uploads: Vec<SealedUpload>,
}

impl Site {
    fn new(number: u8) -> Self {
        Self {
            number,
            sequence: 0,
            previous: None,
            uploads: Vec::new(),
        }
    }

    /// Another machine that goes on from a copy of the same data folder.
    fn copy(&self) -> Self {
        Self {
            number: self.number,
            sequence: self.sequence,
            previous: self.previous.clone(),
            uploads: Vec::new(),
        }
    }

    fn upload(&mut self, created: Timestamp, change: impl FnOnce(&mut UploadBody)) -> &mut Self {
        self.sequence += 1;
        let mut body = body();
        let mut id = [self.number; 16];
        id[..8].copy_from_slice(&created.as_millisecond().to_be_bytes());
        body.upload_id = UploadId::from_random(id);
        body.server.guid = guid(self.number);
        body.sequence = self.sequence;
        body.previous = self.previous.take();
        body.created = created;
        let hour = created
            .round(
                jiff::TimestampRound::new()
                    .smallest(jiff::Unit::Hour)
                    .mode(jiff::RoundMode::Floor),
            )
            .unwrap();
        body.window_start = hour - 24.hours();
        body.window_stop = hour;
        for sample in &mut body.features {
            sample.used_from = Some(hour - 10.hours());
            sample.used_until = Some(hour - 5.hours());
        }
        for seen in &mut body.products {
            seen.first_seen = hour - 10.hours();
            seen.last_seen = hour - 5.hours();
        }
        change(&mut body);
        let upload = SealedUpload::seal(body).unwrap();
        self.previous = Some(upload.integrity().to_owned());
        self.uploads.push(upload);
        self
    }
}

/// Six o'clock of a day, and some hours more.
fn day(day: i64, hours: i64) -> Timestamp {
    at("2027-01-01T06:10:00Z") + (day * 24 + hours).hours()
}

fn without_license(body: &mut UploadBody) {
    body.licenses.clear();
}

fn rows<'a>(uploads: impl IntoIterator<Item = &'a SealedUpload>) -> Rows {
    let mut rows = Rows::default();
    for upload in uploads {
        let received = upload.body().created + 5.seconds();
        rows.add(upload, Some(received), Some(-5));
    }
    rows
}

fn found(sites: &[&Site], knowledge: &Knowledge) -> Vec<Finding> {
    let uploads = sites.iter().flat_map(|site| &site.uploads);
    evaluate(&rows(uploads), knowledge, &Bounds::default())
}

fn kinds(findings: &[Finding]) -> Vec<(FindingKind, bool)> {
    findings
        .iter()
        .map(|finding| (finding.kind, finding.is_standing()))
        .collect()
}

fn nothing() -> Knowledge {
    Knowledge::default()
}

#[test]
fn the_same_serial_on_two_servers_is_a_violation_until_one_lists_it_no_more() {
    let (mut a, mut b) = (Site::new(1), Site::new(2));
    a.upload(day(0, 0), |_| {});
    b.upload(day(0, 6), |_| {});
    // So far it may have moved.
    assert_eq!(kinds(&found(&[&a, &b], &nothing())), []);
    a.upload(day(1, 0), |_| {});
    let findings = found(&[&a, &b], &nothing());
    assert_eq!(kinds(&findings), [(FindingKind::DuplicateLicense, true)]);
    let finding = &findings[0];
    assert_eq!(finding.severity, Severity::Violation);
    assert_eq!(finding.subject, "ACME-0001");
    let mut both = [guid(1), guid(2)];
    both.sort_unstable();
    assert_eq!(finding.servers, both);
    assert_eq!(finding.since, day(0, 6));
    assert_eq!(finding.evidence.len(), 3);
    assert!(
        finding
            .evidence
            .iter()
            .all(|e| e.field == "/licenses/0/serialNumber" && e.value == "ACME-0001")
    );
    b.upload(day(1, 6), without_license);
    let findings = found(&[&a, &b], &nothing());
    assert_eq!(kinds(&findings), [(FindingKind::DuplicateLicense, false)]);
    assert_eq!(findings[0].until, Some(day(1, 6)));
}

#[test]
fn a_server_that_moved_is_no_duplicate() {
    let (mut old, mut new) = (Site::new(1), Site::new(2));
    old.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    new.upload(day(1, 6), |_| {}).upload(day(2, 6), |_| {});
    assert_eq!(kinds(&found(&[&old, &new], &nothing())), []);
    // Whether the old one falls silent or goes on without the license.
    old.upload(day(2, 0), without_license);
    assert_eq!(kinds(&found(&[&old, &new], &nothing())), []);
}

#[test]
fn clocks_that_differ_a_little_do_not_turn_a_move_into_a_duplicate() {
    let (mut old, mut new) = (Site::new(1), Site::new(2));
    old.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    new.upload(day(1, 0) - 10.minutes(), |_| {})
        .upload(day(2, 0), |_| {});
    assert_eq!(kinds(&found(&[&old, &new], &nothing())), []);
}

#[test]
fn a_disaster_recovery_pair_may_share_licenses_but_not_serve_at_the_same_time() {
    let pair = Knowledge {
        pairs: vec![DisasterRecoveryPair {
            first: guid(2),
            second: guid(1),
        }],
        ..nothing()
    };
    let idle = |body: &mut UploadBody| {
        body.features[0].count_used_max = 0;
        (body.features[0].used_from, body.features[0].used_until) = (None, None);
    };
    let (mut a, mut b) = (Site::new(1), Site::new(2));
    a.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    b.upload(day(0, 1), idle).upload(day(1, 1), idle);
    assert_eq!(kinds(&found(&[&a, &b], &pair)), []);
    // One stands in for the other: seats are out in other hours.
    a.upload(day(2, 0), |body| {
        body.features[0].used_until = Some(body.features[0].used_from.unwrap() + 1.hours());
    });
    b.upload(day(2, 1), |body| {
        body.features[0].used_from = Some(body.features[0].used_until.unwrap() - 1.hours());
    });
    assert_eq!(kinds(&found(&[&a, &b], &pair)), []);
    a.upload(day(3, 0), |_| {});
    b.upload(day(3, 1), |_| {});
    let findings = found(&[&a, &b], &pair);
    assert_eq!(
        kinds(&findings),
        [(FindingKind::DuplicateInDisasterRecovery, true)]
    );
    assert_eq!(findings[0].severity, Severity::Alert);
    // The hours of both prove it.
    let hours = findings[0]
        .evidence
        .iter()
        .filter(|e| e.field == "/features/0/usedFrom");
    assert_eq!(
        hours.map(|e| e.server_guid).collect::<Vec<_>>(),
        [guid(1), guid(2)]
    );
    for next in 4..6 {
        a.upload(day(next, 0), |_| {});
        b.upload(day(next, 1), idle);
    }
    assert_eq!(
        kinds(&found(&[&a, &b], &pair)),
        [(FindingKind::DuplicateInDisasterRecovery, false)]
    );
}

fn requirement() -> Knowledge {
    Knowledge {
        requirements: vec![VersionRequirement {
            vendor: "ACME".to_owned(),
            feature: "CAD_PRO_CCU".to_owned(),
            product_version: "2.4".to_owned(),
            required_date: "2027-01-01".parse().unwrap(),
        }],
        ..nothing()
    }
}

#[test]
fn a_license_older_than_the_product_requires_is_a_violation_while_it_is_installed() {
    let mut site = Site::new(1);
    site.upload(day(0, 0), |_| {});
    let findings = found(&[&site], &requirement());
    assert_eq!(kinds(&findings), [(FindingKind::LegacyLicense, true)]);
    assert!(
        findings[0].detail.contains("Acme CAD 2.4"),
        "{}",
        findings[0].detail
    );
    site.upload(day(1, 0), |body| {
        body.products.clear();
    });
    assert_eq!(
        kinds(&found(&[&site], &requirement())),
        [(FindingKind::LegacyLicense, true)]
    );
    site.upload(day(2, 0), |body| {
        body.products.clear();
        body.licenses[0].version = "2027.1231".parse().unwrap();
    });
    assert_eq!(
        kinds(&found(&[&site], &requirement())),
        [(FindingKind::LegacyLicense, false)]
    );
}

#[test]
fn older_products_and_newer_licenses_are_in_order() {
    for change in [
        (|body| body.products[0].product = "Acme CAD 2.3.9".to_owned()) as fn(&mut UploadBody),
        |body| body.products[0].license_version = "2027.0101".parse().unwrap(),
        |body| body.products[0].license_version = "3.0".parse().unwrap(),
        |body| body.products[0].product = "Acme CAD".to_owned(),
    ] {
        let mut site = Site::new(1);
        site.upload(day(0, 0), change);
        assert_eq!(kinds(&found(&[&site], &requirement())), []);
    }
}

#[test]
fn product_versions_are_compared_number_by_number() {
    let version = |text: &str| ProductVersion::parse(text).unwrap();
    assert!(version("7.10") > version("7.9"));
    assert!(version("7.10.0") == version("7.10"));
    assert!(version("2402 LTSR") < version("2411"));
    assert!(ProductVersion::of_product("Acme CAD/v2.5-beta").unwrap() == version("2.5"));
    assert!(ProductVersion::of_product("Acme CAD").is_none());
}

#[test]
fn a_rescinded_serial_number_counts_from_its_day_until_it_is_withdrawn_or_removed() {
    let rescinded = |effective: Timestamp, withdrawn: Option<Timestamp>| Knowledge {
        rescissions: vec![Rescission {
            vendor: String::new(),
            serial_number: " acme-0001".to_owned(),
            effective,
            withdrawn,
            reason: "unpaid".to_owned(),
        }],
        ..nothing()
    };
    let mut site = Site::new(1);
    site.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    assert_eq!(kinds(&found(&[&site], &rescinded(day(2, 0), None))), []);
    let findings = found(&[&site], &rescinded(day(0, 12), None));
    assert_eq!(kinds(&findings), [(FindingKind::RescindedLicense, true)]);
    assert_eq!(findings[0].since, day(1, 0));
    let withdrawn = found(&[&site], &rescinded(day(0, 12), Some(day(1, 6))));
    assert_eq!(withdrawn[0].until, Some(day(1, 6)));
    site.upload(day(2, 0), |body| body.licenses[0].serving = false);
    assert_eq!(
        kinds(&found(&[&site], &rescinded(day(0, 12), None))),
        [(FindingKind::RescindedLicense, false)]
    );
    // It was withdrawn before, and that the number is rescinded again some day does not change this.
    let mut again = rescinded(day(0, 12), Some(day(1, 6)));
    again.rescissions.push(Rescission {
        vendor: "ACME".to_owned(),
        ..rescinded(day(30, 0), None).rescissions.remove(0)
    });
    let withdrawn = found(&[&site], &again);
    assert_eq!(withdrawn[0].until, Some(day(1, 6)));
}

#[test]
fn more_seats_than_can_be_given_out_are_impossible_unless_there_is_no_bound() {
    let mut site = Site::new(1);
    site.upload(day(0, 0), |body| body.features[0].count_used_max = 27);
    assert_eq!(kinds(&found(&[&site], &nothing())), []);
    site.upload(day(1, 0), |body| {
        body.features[0].count_used_max = 100;
        body.features[0].limit = None;
    });
    assert_eq!(kinds(&found(&[&site], &nothing())), []);
    site.upload(day(2, 0), |body| body.features[0].count_used_max = 28);
    assert_eq!(
        kinds(&found(&[&site], &nothing())),
        [(FindingKind::ImpossibleCount, true)]
    );
    site.upload(day(3, 0), |_| {});
    assert_eq!(
        kinds(&found(&[&site], &nothing())),
        [(FindingKind::ImpossibleCount, false)]
    );
}

#[test]
fn a_silent_server_is_found_after_two_days() {
    let mut site = Site::new(1);
    site.upload(day(0, 0), |_| {});
    let silent = |now| evaluate_at(&rows(&site.uploads), &nothing(), &Bounds::default(), now);
    assert_eq!(kinds(&silent(day(2, 0))), []);
    assert_eq!(kinds(&silent(day(2, 1))), [(FindingKind::SilentServer, true)]);
}

#[test]
fn a_server_that_never_sent_anything_is_silent_two_days_after_it_registered() {
    let heard = |now| never_heard(guid(1), day(0, 0), &Bounds::default(), now);
    assert_eq!(heard(day(2, 0)), None);
    // Of a clock that was set back.
    assert_eq!(heard(day(-1, 0)), None);
    let found = heard(day(2, 1)).unwrap();
    assert_eq!((found.kind, found.since), (FindingKind::SilentServer, day(2, 0)));
    assert!(found.is_standing());
}

#[test]
fn two_copies_of_a_data_folder_are_told_from_a_restored_back_up() {
    let mut site = Site::new(1);
    site.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    let mut copy = site.copy();
    site.upload(day(2, 0), |_| {}).upload(day(3, 0), |_| {});
    // A back-up of day 1 is restored on day 4: the first branch ends before.
    let mut restored = copy.copy();
    restored.upload(day(4, 0), |_| {}).upload(day(5, 0), |_| {});
    assert_eq!(kinds(&found(&[&site, &restored], &nothing())), []);
    copy.upload(day(2, 6), |_| {});
    let findings = found(&[&site, &copy], &nothing());
    assert_eq!(kinds(&findings), [(FindingKind::ClonedServer, true)]);
    assert_eq!(findings[0].since, day(2, 6));
    copy.upload(day(3, 6), |_| {});
    site.upload(day(4, 0), |_| {});
    // Also when the upload at which they parted is kept no longer.
    let late = site.uploads[3..].iter().chain(&copy.uploads[1..]);
    let findings = evaluate(&rows(late), &nothing(), &Bounds::default());
    assert_eq!(kinds(&findings), [(FindingKind::ClonedServer, true)]);
    for next in 5..8 {
        site.upload(day(next, 0), |_| {});
    }
    assert_eq!(
        kinds(&found(&[&site, &copy], &nothing())),
        [(FindingKind::ClonedServer, false)]
    );
}

#[test]
fn clocks_that_lie_are_found_by_what_contradicts_them() {
    let check = |rows: Rows| kinds(&evaluate(&rows, &nothing(), &Bounds::default()));
    let mut site = Site::new(1);
    site.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    let mut late = Rows::default();
    // A spool that was delivered late is none; a clock that was off when it was sent is one.
    late.add(&site.uploads[0], Some(day(30, 0)), Some(3));
    assert_eq!(check(late.clone()), []);
    late.add(&site.uploads[1], Some(day(30, 0)), Some(-3600));
    assert_eq!(check(late), [(FindingKind::WrongClock, true)]);
    let mut future = Rows::default();
    future.add(&site.uploads[0], Some(day(-1, 0)), None);
    assert_eq!(check(future), [(FindingKind::WrongClock, true)]);
    let mut back = Site::new(1);
    back.upload(day(5, 0), |_| {})
        .upload(day(1, 0), |_| {})
        .upload(day(2, 0), |_| {});
    assert_eq!(check(rows(&back.uploads)), [(FindingKind::WrongClock, false)]);
    // It ended when it was in order again, however many uploads follow.
    back.upload(day(3, 0), |_| {}).upload(day(4, 0), |_| {});
    assert_eq!(found(&[&back], &nothing())[0].until, Some(day(2, 0)));
    let mut own = Site::new(1);
    own.upload(day(0, 0), |body| body.server.clock.jump_seconds = -7200);
    assert_eq!(check(rows(&own.uploads)), [(FindingKind::WrongClock, true)]);
}

#[test]
fn a_finding_lives_from_open_to_resolved_and_back() {
    let (mut a, mut b) = (Site::new(1), Site::new(2));
    a.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    b.upload(day(0, 6), |_| {});
    let mut records = BTreeMap::new();
    let changed = reconcile(&mut records, found(&[&a, &b], &nothing()), day(1, 0));
    let key = changed[0].clone();
    let state = |records: &BTreeMap<String, FindingRecord>| records[&key].state;
    assert_eq!(state(&records), FindingState::Open);
    let record = records.get_mut(&key).unwrap();
    assert_eq!(
        record.acknowledge("anna", "  ", day(1, 1)),
        Err(LifeError::NoReason)
    );
    record.acknowledge("anna", "planned move", day(1, 1)).unwrap();
    assert_eq!(
        reconcile(&mut records, found(&[&a, &b], &nothing()), day(1, 2)),
        [""; 0]
    );
    assert_eq!(state(&records), FindingState::Acknowledged);
    b.upload(day(1, 6), without_license);
    assert_eq!(
        reconcile(&mut records, found(&[&a, &b], &nothing()), day(1, 7)),
        std::slice::from_ref(&key)
    );
    assert_eq!(state(&records), FindingState::Resolved);
    assert!(matches!(
        records
            .get_mut(&key)
            .unwrap()
            .acknowledge("anna", "late", day(1, 8)),
        Err(LifeError::Resolved(_))
    ));
    b.upload(day(2, 6), |_| {});
    a.upload(day(3, 0), |_| {});
    assert_eq!(
        reconcile(&mut records, found(&[&a, &b], &nothing()), day(3, 1)),
        std::slice::from_ref(&key)
    );
    assert_eq!((state(&records), records[&key].reopened), (FindingState::Open, 1));
    // What an evaluation no longer finds at all is resolved as well.
    assert_eq!(
        reconcile(&mut records, Vec::new(), day(4, 0)),
        std::slice::from_ref(&key)
    );
    assert_eq!(state(&records), FindingState::Resolved);
}

#[test]
fn an_acknowledged_finding_that_concerns_a_further_server_is_open_again() {
    let (mut a, mut b, mut c) = (Site::new(1), Site::new(2), Site::new(3));
    a.upload(day(0, 0), |_| {}).upload(day(1, 0), |_| {});
    b.upload(day(0, 6), |_| {});
    let mut records = BTreeMap::new();
    let key = reconcile(&mut records, found(&[&a, &b], &nothing()), day(1, 0)).remove(0);
    records
        .get_mut(&key)
        .unwrap()
        .acknowledge("anna", "planned move", day(1, 1))
        .unwrap();
    c.upload(day(1, 6), |_| {});
    a.upload(day(2, 0), |_| {});
    assert_eq!(
        reconcile(&mut records, found(&[&a, &b, &c], &nothing()), day(2, 1)),
        std::slice::from_ref(&key)
    );
    let record = &records[&key];
    assert_eq!((record.state, record.reopened), (FindingState::Open, 1));
}

/// One upload of a made-up fleet: which server, hours after the one before, and what is odd about it.
type Odd = (u8, i64, u8);

fn fleet(odds: &[Odd]) -> Vec<SealedUpload> {
    let mut sites: BTreeMap<u8, Site> = BTreeMap::new();
    let mut hours: BTreeMap<u8, i64> = BTreeMap::new();
    for (number, after, odd) in odds {
        let number = number % 6;
        // Sites 3 to 5 are copies of 0 to 2 that began with the same history.
        let site = sites.entry(number).or_insert_with(|| Site::new(number % 3));
        let passed = hours.entry(number).or_insert(i64::from(number));
        *passed += after;
        site.upload(day(0, *passed), |body| match odd % 8 {
            0 => body.licenses.clear(),
            1 => body.licenses[0].serial_number = Some("ACME-0002".to_owned()),
            2 => body.features[0].count_used_max = 30,
            3 => body.products[0].product = "Acme CAD 1.0".to_owned(),
            4 => body.server.clock.jump_seconds = 100_000,
            5 => {
                body.licenses[0].version = "2027.0601".parse().unwrap();
                body.products[0].license_version = "2027.0601".parse().unwrap();
            }
            _ => {}
        });
    }
    sites.into_values().flat_map(|site| site.uploads).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn findings_do_not_depend_on_the_order_of_arrival(
        odds in proptest::collection::vec((any::<u8>(), 1i64..30, any::<u8>()), 1..40),
        order in any::<u64>(),
        chunk in 1usize..10,
    ) {
        let uploads = fleet(&odds);
        let knowledge = Knowledge {
            rescissions: vec![Rescission {
                vendor: "ACME".to_owned(),
                serial_number: "ACME-0002".to_owned(),
                effective: day(2, 0),
                withdrawn: None,
                reason: String::new(),
            }],
            pairs: vec![DisasterRecoveryPair { first: guid(0), second: guid(1) }],
            ..requirement()
        };
        let now = day(100, 0);
        let whole = |uploads: &[&SealedUpload]| {
            evaluate_at(&rows(uploads.iter().copied()), &knowledge, &Bounds::default(), now)
        };
        let sorted: Vec<&SealedUpload> = uploads.iter().collect();
        let mut mixed = sorted.clone();
        mixed.sort_by_key(|upload| {
            u64::from_be_bytes(upload.body().upload_id.as_bytes()[..8].try_into().unwrap())
                .wrapping_mul(order | 1)
                .rotate_left(17)
        });
        let expected = whole(&sorted);
        prop_assert_eq!(&whole(&mixed), &expected);
        // Whatever was found on the way, what is open at the end is the same.
        let mut records = BTreeMap::new();
        for end in (1..=mixed.len()).step_by(chunk).chain([mixed.len()]) {
            reconcile(&mut records, whole(&mixed[..end]), now);
        }
        let open: Vec<&String> = records
            .values()
            .filter(|record| record.state != FindingState::Resolved)
            .map(|record| &record.finding.key)
            .collect();
        let standing: Vec<&String> =
            expected.iter().filter(|finding| finding.is_standing()).map(|finding| &finding.key).collect();
        prop_assert_eq!(open, standing);
    }

    #[test]
    fn rows_of_one_serial_number_give_the_same_duplicates(
        odds in proptest::collection::vec((any::<u8>(), 1i64..30, 0u8..2), 1..40),
    ) {
        let uploads = fleet(&odds);
        let all = rows(&uploads);
        let bounds = Bounds::default();
        let whole = licensing_management::compliance::duplicates(&all.uploads, &all.licenses, &all.usage, &[], &bounds);
        let mut single = Vec::new();
        for serial in ["ACME-0001", "ACME-0002"] {
            let licenses: Vec<_> = all
                .licenses
                .iter()
                .filter(|row| row.serial_number.as_deref() == Some(serial))
                .cloned()
                .collect();
            single.extend(licensing_management::compliance::duplicates(
                &all.uploads, &licenses, &all.usage, &[], &bounds,
            ));
        }
        single.sort_by(|a: &Finding, b| a.key.cmp(&b.key));
        prop_assert_eq!(single, whole);
    }
}
