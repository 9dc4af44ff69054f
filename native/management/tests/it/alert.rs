//! Rules of alerts, and the book of what lasts.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use licensing_api::alert::{Alert, AlertCode, AlertLevel};
use licensing_api::inventory::InventoryRow;
use licensing_management::alert::{
    AlertBook, Happened, Machine, SerialPlace, Thresholds, of_licenses, of_machine, too_old,
};
use proptest::prelude::*;
use serde_json::json;

const TODAY: Date = date(2026, 11, 30);

fn pool(feature: &str, installed: u32, used: u32) -> InventoryRow {
    serde_json::from_value(json!({
        "licenseProductName": "", "localizedLicenseProductName": "", "licenseEdition": "",
        "licenseLocalizedEdition": "", "licenseExpirationDate": null, "licenseSubscriptionAdvantageDate": null,
        "licenseType": "Retail", "localizedLicenseType": "", "licensesInUse": used, "licensesAvailable": installed,
        "licenseOverdraft": 0, "licenseModel": "", "localizedLicenseModel": "", "feature": feature,
        "vendor": "ACME", "version": "1.0", "free": null, "overdraftInUse": 0, "reserved": 0, "borrowed": 0,
        "burst": 0, "burstUntil": null, "queued": 0, "uncounted": false, "status": "Serving",
        "signature": "Valid", "serialNumbers": [], "files": [], "vendorString": "", "hostIds": [],
        "poolId": "0"
    }))
    .unwrap()
}

fn thresholds() -> Thresholds {
    Thresholds {
        nearly_out_percent: 90,
        nearly_out_features: [("cheap".to_owned(), 50)].into(),
        disk_free_mib: 1000,
    }
}

fn codes(pools: &[InventoryRow]) -> Vec<String> {
    let alerts = of_licenses(pools, &[], &thresholds(), TODAY);
    alerts.into_iter().map(|alert| alert.code).collect()
}

#[test]
fn seats_run_out_step_by_step() {
    assert_eq!(codes(&[pool("CAD", 10, 8)]), Vec::<String>::new());
    assert_eq!(codes(&[pool("CAD", 10, 9)]), ["SeatsNearlyOut"]);
    assert_eq!(codes(&[pool("CHEAP", 10, 5)]), ["SeatsNearlyOut"]);
    assert_eq!(codes(&[pool("CAD", 10, 10)]), ["AllSeatsOut"]);
    let overdraft = InventoryRow {
        license_overdraft: 2,
        overdraft_in_use: 1,
        ..pool("CAD", 10, 11)
    };
    assert_eq!(codes(&[overdraft]), ["SeatsNearlyOut", "OverdraftInUse"]);
    let uncounted = InventoryRow {
        uncounted: true,
        ..pool("CAD", 0, 5)
    };
    assert_eq!(codes(&[uncounted]), Vec::<String>::new());
}

#[test]
fn an_end_is_told_on_its_days_and_becomes_more_urgent() {
    let at = |days: i32| {
        let row = InventoryRow {
            license_expiration_date: Some(TODAY.saturating_add(days.days())),
            ..pool("CAD", 10, 0)
        };
        of_licenses(&[row], &[], &thresholds(), TODAY).pop()
    };
    assert_eq!(at(31), None);
    for (days, level, step) in [
        (30, AlertLevel::Info, 0),
        (15, AlertLevel::Info, 0),
        (14, AlertLevel::Alert, 1),
        (7, AlertLevel::Alert, 2),
        (1, AlertLevel::Alarm, 3),
        (0, AlertLevel::Alarm, 3),
    ] {
        let alert = at(days).unwrap();
        assert_eq!(
            (alert.code.as_str(), alert.level, alert.step),
            ("LicenseExpires", level, step),
            "{days}"
        );
        assert!(!alert.detail.contains('{'), "{}", alert.detail);
    }
    assert_eq!(at(-1).unwrap().code, "LicenseExpired");
}

#[test]
fn what_is_expected_to_end_does_not_cry_wolf() {
    for kind in ["Eval", "SYS", "TP"] {
        let row = InventoryRow {
            license_type: kind.to_owned(),
            license_expiration_date: Some(date(1999, 12, 31)),
            license_subscription_advantage_date: Some(date(1999, 12, 31)),
            ..pool("CAD", 10, 0)
        };
        let without_startup = |codes: Vec<String>| {
            let codes = codes.into_iter();
            codes
                .filter(|code| code != "StartupLicenseOnly")
                .collect::<Vec<_>>()
        };
        assert_eq!(without_startup(codes(&[row])), Vec::<String>::new(), "{kind}");
    }
    assert_eq!(codes(&[pool("CITRIX", 10, 10)]), ["StartupLicenseOnly"]);
    assert_eq!(
        codes(&[pool("CITRIX", 10, 10), pool("CAD", 10, 0)]),
        Vec::<String>::new()
    );
}

#[test]
fn of_a_subscription_the_latest_date_counts() {
    let row = |day| InventoryRow {
        license_subscription_advantage_date: Some(day),
        ..pool("CAD", 10, 0)
    };
    assert_eq!(codes(&[row(date(2026, 1, 1))]), ["SubscriptionEnded"]);
    assert_eq!(
        codes(&[row(date(2026, 1, 1)), row(date(2026, 12, 5))]),
        ["SubscriptionEnds"]
    );
    assert_eq!(
        codes(&[row(date(2026, 1, 1)), row(date(2028, 1, 1))]),
        Vec::<String>::new()
    );
    let pools = [row(date(2026, 1, 1))];
    assert_eq!(too_old(&pools, date(2026, 6, 1)).len(), 1);
    assert_eq!(too_old(&pools, date(2026, 1, 1)).len(), 0);
}

#[test]
fn a_serial_number_in_two_files_is_told_once() {
    let place = |serial: &str, feature: &str, file: &str| SerialPlace {
        serial: serial.to_owned(),
        feature: feature.to_owned(),
        file: file.to_owned(),
    };
    let of = |places: &[SerialPlace]| of_licenses(&[], places, &thresholds(), TODAY);
    // One order has the same number on each of its lines.
    assert_eq!(of(&[place("A", "CAD", "a.lic"), place("A", "CAM", "a.lic")]), []);
    assert_eq!(of(&[place("", "CAD", "a.lic"), place("", "CAD", "b.lic")]), []);
    let found = of(&[
        place("A", "CAD", "a.lic"),
        place("a", "cad", "b.lic"),
        place("A", "CAD", "b.lic"),
    ]);
    assert_eq!(found.len(), 1);
    assert!(found[0].detail.contains("a.lic, b.lic"), "{}", found[0].detail);
}

#[test]
fn a_full_disk_is_told_before_it_is_full() {
    let mib = 1024 * 1024;
    let level = |free| {
        of_machine(Machine { disk_free: free }, &thresholds())
            .pop()
            .map(|alert| alert.level)
    };
    assert_eq!(level(None), None);
    assert_eq!(level(Some(1000 * mib)), None);
    assert_eq!(level(Some(999 * mib)), Some(AlertLevel::Alert));
    assert_eq!(level(Some(99 * mib)), Some(AlertLevel::Alarm));
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

const CALM: SignedDuration = SignedDuration::from_secs(10);

#[test]
fn who_acknowledged_hears_again_only_of_what_is_worse() {
    let mut book = AlertBook::default();
    let alert = |step| {
        Alert::new(AlertCode::LicenseExpires)
            .about("x")
            .at(AlertLevel::Info, step)
    };
    let told = |book: &mut AlertBook, alerts, second| {
        let happened = book.observe(alerts, at(second), CALM);
        happened.into_iter().map(|(what, _)| what).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut book, vec![alert(0)], 0), [Happened::Raised]);
    assert!(book.acknowledge("LicenseExpires", "x", "ann", at(1)).is_some());
    assert!(book.acknowledge("LicenseExpires", "y", "ann", at(1)).is_none());
    assert_eq!(told(&mut book, vec![alert(0)], 2), []);
    assert_eq!(told(&mut book, vec![alert(1)], 3), [Happened::Worsened]);
    assert_eq!(book.get("LicenseExpires", "x").unwrap().acknowledged, None);
    assert_eq!(told(&mut book, vec![alert(0)], 4), [], "less urgent is no news");
    assert_eq!(told(&mut book, vec![], 14), []);
    assert_eq!(told(&mut book, vec![], 15), [Happened::Over]);
    assert_eq!(book.records().count(), 0);
}

#[test]
fn what_was_seen_by_a_clock_that_was_ahead_is_over_too() {
    let mut book = AlertBook::default();
    let ahead = at(365 * 24 * 60 * 60);
    let alert = Alert::new(AlertCode::VendorDaemonDown).about("x");
    book.observe(vec![alert], ahead, CALM);
    let happened = book.observe(vec![], at(0), CALM);
    assert!(matches!(happened[..], [(Happened::Over, _)]), "{happened:?}");
    assert_eq!(book.records().count(), 0);
}

proptest! {
    /// Whatever comes and goes: raised and over take turns for each cause, and nothing is over within the calm.
    #[test]
    fn every_cause_is_told_once_and_over_once(seen in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 3), 1..40)) {
        let mut book = AlertBook::default();
        let mut active = [false; 3];
        let mut last = [None::<i64>; 3];
        for (second, present) in (0..).step_by(4).zip(seen) {
            let alerts: Vec<Alert> = present
                .iter()
                .enumerate()
                .filter(|(_, present)| **present)
                .map(|(at, _)| Alert::new(AlertCode::VendorDaemonDown).about(at.to_string()))
                .collect();
            for (at, present) in present.iter().enumerate() {
                if *present {
                    last[at] = Some(second);
                }
            }
            for (what, record) in book.observe(alerts, at(second), CALM) {
                let which: usize = record.alert.subject.parse().unwrap();
                match what {
                    Happened::Raised => prop_assert!(!std::mem::replace(&mut active[which], true)),
                    Happened::Over => {
                        prop_assert!(std::mem::replace(&mut active[which], false));
                        prop_assert!(second - last[which].unwrap() > 10);
                    }
                    Happened::Worsened => prop_assert!(false, "none becomes worse"),
                }
            }
            prop_assert_eq!(book.records().count(), active.iter().filter(|active| **active).count());
        }
    }
}
