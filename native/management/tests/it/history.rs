//! History of features: stored forms, and the sums of pools, hours, days and months.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_management::usage::{
    DayCounts, DayNumber, DaySamples, DayUse, FeatureHours, Hour, HourUse, Sampling, Step, UserEvent,
    UserUses,
};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn used(peak: u32, installed: u32) -> HourUse {
    HourUse {
        peak,
        overdraft: peak.saturating_sub(installed),
        installed: Some(installed),
        looks: 2,
        sum: u64::from(peak),
    }
}

fn hours(of: &[(&str, HourUse)]) -> FeatureHours {
    let mut hours = FeatureHours::default();
    for (hour, used) in of {
        let (day, within) = DayNumber::of(Hour::of(at(hour)));
        let mut one = DayUse::default();
        one.add(within, *used);
        hours.add_pool(day, &one);
    }
    hours
}

prop_compose! {
    fn hour_use()(peak: u32, overdraft: u32, installed: Option<u32>, looks: u32, sum: u64) -> HourUse {
        HourUse { peak, overdraft, installed: installed.map(|seats| seats / 2), looks, sum }
    }
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back(
        uses in prop::collection::vec((0..24_usize, hour_use()), 0..40),
        minutes in prop::collection::btree_map(0..1440_u16, any::<u32>(), 0..100),
        counts in prop::collection::vec((0..24_usize, any::<u32>()), 0..30),
    ) {
        let mut day = DayUse::default();
        uses.iter().for_each(|(within, used)| day.add(*within, *used));
        prop_assert_eq!(DayUse::decode(&day.encode()), Some(day));
        let mut samples = DaySamples::default();
        minutes.iter().for_each(|(minute, in_use)| samples.add(*minute, *in_use));
        prop_assert_eq!(samples.iter().count(), minutes.len());
        prop_assert_eq!(DaySamples::decode(&samples.encode()), Some(samples));
        let mut denied = DayCounts::default();
        counts.iter().for_each(|(within, count)| denied.raise(*within, *count));
        prop_assert_eq!(DayCounts::decode(&denied.encode()), Some(denied));
    }

    #[test]
    fn damaged_bytes_are_never_more_than_damaged(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = bytes;
        bytes.insert(0, 1);
        let _ = (DayUse::decode(&bytes), DaySamples::decode(&bytes), DayCounts::decode(&bytes));
        bytes[0] = 2;
        prop_assert_eq!(DayUse::decode(&bytes), None);
    }

    /// Whatever the step, no peak is lost or invented, and every denial counts once.
    #[test]
    fn steps_agree_with_each_other(
        uses in prop::collection::btree_map(480_000..480_000 + 24 * 90_i64, (0..50_u32, 0..4_u32), 1..200),
    ) {
        let mut feature = FeatureHours::default();
        for (hour, (peak, denied)) in &uses {
            let (day, within) = DayNumber::of(Hour(*hour));
            let mut one = DayUse::default();
            one.add(within, used(*peak, 40));
            feature.add_pool(day, &one);
            let mut counts = DayCounts::default();
            counts.raise(within, *denied);
            feature.add_denials(day, &counts);
        }
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let most = uses.values().map(|(peak, _)| *peak).max();
        let denied: u64 = uses.values().map(|(_, denied)| u64::from(*denied)).sum();
        for step in [Step::Hour, Step::Day, Step::Month] {
            let rows = feature.history(Timestamp::MIN, Timestamp::MAX, step, &zone);
            prop_assert_eq!(rows.iter().map(|row| row.peak).max(), most);
            prop_assert_eq!(rows.iter().map(|row| row.denials).sum::<u64>(), denied);
            prop_assert!(rows.is_sorted_by_key(|row| row.start));
            prop_assert!(rows.iter().all(|row| row.overdraft == row.peak.saturating_sub(40)));
        }
    }
}

#[test]
fn an_idle_day_takes_few_bytes() {
    let mut day = DayUse::default();
    for within in 0..24 {
        day.add(
            within,
            HourUse {
                installed: Some(25),
                looks: 60,
                ..HourUse::default()
            },
        );
    }
    assert!(day.encode().len() <= 10, "{} bytes", day.encode().len());
}

#[test]
fn a_renewed_license_goes_on_as_the_same_feature() {
    let feature = hours(&[
        ("2026-01-30T09:00:00Z", used(7, 10)),
        // The old pool and the new one on the same day.
        ("2026-01-31T09:00:00Z", used(6, 10)),
        ("2026-01-31T09:00:00Z", used(2, 20)),
        ("2026-02-01T09:00:00Z", used(15, 20)),
    ]);
    let since = at("2026-01-01T00:00:00Z");
    let rows = feature.history(since, at("2026-03-01T00:00:00Z"), Step::Day, &TimeZone::UTC);
    let peaks: Vec<_> = rows.iter().map(|row| (row.peak, row.installed)).collect();
    assert_eq!(peaks, [(7, Some(10)), (8, Some(30)), (15, Some(20))]);
    let months = feature.history(since, at("2026-03-01T00:00:00Z"), Step::Month, &TimeZone::UTC);
    let peaks: Vec<_> = months.iter().map(|row| (row.start, row.peak)).collect();
    assert_eq!(peaks, [(since, 8), (at("2026-02-01T00:00:00Z"), 15)]);
}

#[test]
fn pools_of_a_feature_count_together_and_their_peaks_are_added() {
    let feature = hours(&[
        ("2026-01-31T09:00:00Z", used(6, 10)),
        ("2026-01-31T09:00:00Z", used(6, 10)),
    ]);
    let rows = feature.history(Timestamp::MIN, Timestamp::MAX, Step::Hour, &TimeZone::UTC);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].peak, rows[0].installed, rows[0].average),
        (12, Some(20), Some(6.0))
    );
}

#[test]
fn seats_that_were_looked_at_without_end_are_no_panic() {
    let endless = HourUse {
        sum: u64::MAX,
        ..used(1, 10)
    };
    let feature = hours(&[
        ("2026-01-31T09:00:00Z", endless),
        ("2026-01-31T10:00:00Z", endless),
    ]);
    let rows = feature.history(Timestamp::MIN, Timestamp::MAX, Step::Day, &TimeZone::UTC);
    assert_eq!(rows.len(), 1);
}

#[test]
fn users_have_no_more_rows_than_are_wanted_however_long_the_period_is() {
    let opened = |until| {
        let mut uses = UserUses::new(at("2026-01-01T00:00:00Z"), until);
        let event = UserEvent::Opened { serial: 1, count: 2 };
        uses.note(at("2026-01-01T00:30:00Z"), "CAD", "ann", event);
        uses
    };
    let rows = |until, most| opened(until).rows(&[], Step::Hour, &TimeZone::UTC, most);
    let peaks: Vec<u32> = rows(at("2026-01-01T03:00:00Z"), 3)
        .unwrap()
        .iter()
        .map(|row| row.peak)
        .collect();
    assert_eq!(peaks, [2, 2, 2]);
    assert_eq!(rows(at("2026-01-01T04:00:00Z"), 3), None);
    assert_eq!(rows(Timestamp::MAX, 1000), None);
}

#[test]
fn samples_are_due_at_full_multiples_of_the_interval() {
    let sampling = Sampling::default();
    let is_due = |last, now| sampling.is_due(Some(at(last)), at(now));
    assert!(sampling.is_due(None, at("2026-11-30T10:07:00Z")));
    assert!(!is_due("2026-11-30T10:07:00Z", "2026-11-30T10:14:59Z"));
    assert!(is_due("2026-11-30T10:07:00Z", "2026-11-30T10:15:00Z"));
    assert!(is_due("2026-11-30T10:14:59Z", "2026-11-30T10:15:00Z"));
    // A clock that is set back brings none twice.
    assert!(!is_due("2026-11-30T10:15:00Z", "2026-11-30T09:00:00Z"));
    let off = Sampling {
        enabled: false,
        ..sampling
    };
    assert!(!off.is_due(None, at("2026-11-30T10:15:00Z")));
}
