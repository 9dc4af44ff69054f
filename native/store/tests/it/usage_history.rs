//! The history of use: exact over looks, restarts and kills, and bounded.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use licensing_management::usage::{FeatureUse, Hour, HourPeak, Sampling, Step};
use licensing_store::{Look, ObservedPool, PoolTerms, StoreError, UsageHistory, verify_history};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn pool(name: &str, in_use: u32, installed: u32, hours: &[(&str, u32, u32)]) -> ObservedPool {
    ObservedPool {
        name: name.to_owned(),
        feature: "CAD".to_owned(),
        version: "1.0".to_owned(),
        terms: Some(PoolTerms {
            installed: Some(installed),
            ..PoolTerms::default()
        }),
        in_use,
        hours: hours
            .iter()
            .map(|(hour, start, peak)| HourPeak {
                hour: Hour::of(at(hour)),
                start: *start,
                peak: *peak,
            })
            .collect(),
    }
}

fn look(now: &str, pools: Vec<ObservedPool>) -> Look {
    Look {
        at: at(now),
        pools,
        denied: Vec::new(),
    }
}

fn observe(history: &UsageHistory, look: Look) {
    history.observe(&look, &Sampling::default()).unwrap();
}

fn rows(history: &UsageHistory, step: Step) -> Vec<FeatureUse> {
    let (since, until) = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
    let mut features = history.features(since, until, |_| true).unwrap();
    assert_eq!(features.len(), 1);
    features
        .remove(0)
        .hours
        .history(since, until, step, &TimeZone::UTC)
}

fn peaks(history: &UsageHistory) -> Vec<(u32, u32)> {
    let rows = rows(history, Step::Hour);
    rows.iter().map(|row| (row.peak, row.overdraft)).collect()
}

fn open(folder: &Path) -> UsageHistory {
    UsageHistory::open(&folder.join("ACME.history")).unwrap()
}

#[test]
fn peaks_between_looks_and_from_before_the_first_one_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path());
    assert_eq!(history.from(), None);
    let before = [("2026-03-01T08:00:00Z", 0, 7), ("2026-03-01T10:00:00Z", 3, 12)];
    observe(
        &history,
        look("2026-03-01T10:20:00Z", vec![pool("a", 2, 10, &before)]),
    );
    assert_eq!(peaks(&history), [(7, 0), (3, 0), (12, 2)]);
    assert_eq!(history.from(), Some(Hour::of(at("2026-03-01T10:00:00Z"))));
    // In the minute after, 15 seats were in use for a moment; the next look comes after the hour.
    let since = [("2026-03-01T10:00:00Z", 3, 15)];
    observe(
        &history,
        look("2026-03-01T11:01:00Z", vec![pool("a", 2, 10, &since)]),
    );
    assert_eq!(peaks(&history), [(7, 0), (3, 0), (15, 5), (2, 0)]);
}

#[test]
fn a_killed_process_loses_no_peak() {
    let folder = tempfile::tempdir().unwrap();
    let hours = [("2026-03-01T10:00:00Z", 0, 9)];
    let history = open(folder.path());
    observe(
        &history,
        look("2026-03-01T10:00:30Z", vec![pool("a", 1, 10, &[])]),
    );
    observe(
        &history,
        look("2026-03-01T10:01:30Z", vec![pool("a", 4, 10, &hours)]),
    );
    // Nothing is written at the end.
    drop(history);
    let history = open(folder.path());
    assert_eq!(history.from(), Some(Hour::of(at("2026-03-01T10:00:00Z"))));
    observe(
        &history,
        look("2026-03-01T13:01:00Z", vec![pool("a", 2, 10, &hours)]),
    );
    // Seats that are checked out stay so while the server is down.
    assert_eq!(peaks(&history), [(9, 0), (2, 0), (2, 0), (2, 0)]);
    let rows = rows(&history, Step::Hour);
    assert_eq!(rows[1].average, None, "nobody looked");
    assert_eq!(rows[3].average, Some(2.0));
}

#[test]
fn a_renewed_license_goes_on_and_denials_stand_beside() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path());
    observe(
        &history,
        look("2026-03-01T10:00:00Z", vec![pool("old", 4, 5, &[])]),
    );
    let mut renewed = look(
        "2026-03-01T11:00:00Z",
        vec![
            ObservedPool {
                terms: None,
                ..pool("old", 0, 0, &[("2026-03-01T11:00:00Z", 4, 4)])
            },
            pool("new", 3, 8, &[("2026-03-01T11:00:00Z", 0, 3)]),
        ],
    );
    let hour = Hour::of(at("2026-03-01T11:00:00Z"));
    renewed.denied = vec![
        ("cad".to_owned(), hour, 2),
        ("no-such-feature".to_owned(), hour, 5),
    ];
    observe(&history, renewed);
    let connection = rusqlite::Connection::open(folder.path().join("ACME.history")).unwrap();
    let kept: i64 = connection
        .query_row("SELECT count(*) FROM denied", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 1, "nothing is kept of what is no feature");
    let rows = rows(&history, Step::Day);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].peak, rows[0].installed, rows[0].denials),
        (7, Some(8), 2)
    );
}

#[test]
fn samples_come_at_their_interval_and_are_forgotten_before_peaks() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path());
    let mut now = at("2026-03-01T00:00:00Z");
    for minute in 0..60 {
        let looked = Look {
            at: now,
            pools: vec![pool("a", minute, 100, &[])],
            denied: Vec::new(),
        };
        history.observe(&looked, &Sampling::default()).unwrap();
        now += SignedDuration::from_mins(1);
    }
    let all = |history: &UsageHistory| {
        let pools = history.samples(Timestamp::UNIX_EPOCH, now, 4, |_| true).unwrap();
        pools.unwrap()[0]
            .samples
            .iter()
            .map(|(_, count)| *count)
            .collect::<Vec<_>>()
    };
    assert_eq!(all(&history), [0, 15, 30, 45]);
    let too_many = history.samples(Timestamp::UNIX_EPOCH, now, 3, |_| true);
    assert_eq!(too_many.unwrap(), None);
    let first = at("2026-03-01T00:00:00Z");
    assert_eq!(
        history.sampled_period().unwrap(),
        Some((first, at("2026-03-01T00:45:00Z")))
    );
    history
        .forget(at("2026-09-30T00:00:00Z"), &Sampling::default(), 5)
        .unwrap();
    assert_eq!(all(&history), [0; 0]);
    assert_eq!(peaks(&history), [(59, 0)]);
    history
        .forget(at("2032-01-01T00:00:00Z"), &Sampling::default(), 5)
        .unwrap();
    assert_eq!(peaks(&history), []);
}

#[test]
fn a_changed_row_and_a_file_of_a_newer_server_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ACME.history");
    let history = open(folder.path());
    observe(
        &history,
        look("2026-03-01T10:00:00Z", vec![pool("a", 1, 10, &[])]),
    );
    verify_history(&path).unwrap();
    drop(history);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("UPDATE day SET body = x'0163'", []).unwrap();
    let history = open(folder.path());
    let found = history.features(Timestamp::MIN, Timestamp::MAX, |_| true);
    assert!(matches!(found, Err(StoreError::Damaged { .. })), "{found:?}");
    drop(history);
    connection.pragma_update(None, "user_version", 99).unwrap();
    let newer = UsageHistory::open(&path);
    assert!(matches!(newer.map(drop), Err(StoreError::Foreign { .. })));
}

/// What documentation says of the size; measured by `cargo xtask bench history` with 200 pools.
#[test]
fn a_busy_year_of_a_pool_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path());
    let mut now = at("2026-01-01T00:00:00Z");
    let mut level: u32 = 0;
    // Each quarter of an hour another number of seats.
    for _ in 0..30 * 96 {
        level = (level * 31 + 17) % 240;
        let hour = Hour::of(now).start().to_string();
        let hours = [(hour.as_str(), 5, level + 3)];
        observe(
            &history,
            Look {
                at: now,
                pools: vec![pool("a", level, 200, &hours)],
                denied: Vec::new(),
            },
        );
        now += SignedDuration::from_mins(15);
    }
    drop(history);
    let connection = rusqlite::Connection::open(folder.path().join("ACME.history")).unwrap();
    let bytes: i64 = connection
        .query_row(
            "SELECT (SELECT sum(length(body)) FROM day) + (SELECT sum(length(body)) FROM sample)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(bytes < 30 * 600, "{bytes} bytes in 30 days");
}
