//! Forecasts, and what nobody uses.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use licensing_management::capacity::{DayPeak, Forecast, Installed, NoForecast, forecast, unused};
use proptest::prelude::*;

const FIRST: Date = date(2027, 1, 4);

/// Daily peaks: weekends are quiet, and noise comes from a fixed sequence.
fn days(count: i64, begin: f64, per_day: f64, noise: f64) -> Vec<DayPeak> {
    (0..count)
        .map(|index| {
            let wave = ((index * 7919 % 101) as f64 / 50.0 - 1.0) * noise;
            let quiet = if index % 7 >= 5 { 0.3 } else { 1.0 };
            let level = (begin + per_day * index as f64 + wave) * quiet;
            DayPeak {
                day: FIRST.saturating_add(index.days()),
                peak: level.max(0.0).round() as u32,
            }
        })
        .collect()
}

#[test]
fn steady_growth_has_a_day_and_bounds_around_it() {
    let Forecast::RunsOut {
        expected,
        earliest,
        latest,
        seats_per_year,
    } = forecast(&days(182, 40.0, 0.2, 3.0), Some(100))
    else {
        panic!("no forecast");
    };
    let later = days(400, 40.0, 0.2, 3.0);
    let truth = later.iter().find(|day| day.peak >= 100).unwrap().day;
    assert!(earliest <= expected && latest.is_some_and(|latest| latest >= expected));
    assert!(
        (earliest..=latest.unwrap()).contains(&truth),
        "{earliest} {truth} {latest:?}"
    );
    assert!((seats_per_year - 73.0).abs() < 12.0, "{seats_per_year}");
}

#[test]
fn data_that_carry_no_forecast_get_none() {
    let reason = |days: &[DayPeak], seats| match forecast(days, seats) {
        Forecast::None { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&[], Some(10)), NoForecast::TooFewWeeks);
    assert_eq!(
        reason(&days(50, 10.0, 1.0, 0.0), Some(1000)),
        NoForecast::TooFewWeeks
    );
    assert_eq!(
        reason(&days(182, 50.0, 0.0, 5.0), Some(100)),
        NoForecast::NoGrowth
    );
    assert_eq!(
        reason(&days(182, 90.0, -0.2, 1.0), Some(100)),
        NoForecast::NoGrowth
    );
    assert_eq!(
        reason(&days(60, 10.0, 0.05, 0.1), Some(10_000)),
        NoForecast::TooFar
    );
    assert_eq!(reason(&days(182, 10.0, 1.0, 0.0), None), NoForecast::Uncounted);
    assert_eq!(forecast(&days(70, 100.0, 0.0, 0.0), Some(100)), Forecast::OutNow);
    // A license that was taken out, and one that was used until the last week.
    assert_eq!(reason(&days(70, 0.0, 0.0, 0.0), Some(0)), NoForecast::NoGrowth);
    assert_eq!(forecast(&days(70, 5.0, 0.0, 0.0), Some(0)), Forecast::OutNow);
}

proptest! {
    #[test]
    fn a_forecast_never_depends_on_the_order_and_its_bounds_enclose_it(
        mut peaks in proptest::collection::vec((0i64..400, 0u32..500), 0..200),
        seats in 0u32..800,
    ) {
        let of = |peaks: &[(i64, u32)]| -> Vec<DayPeak> {
            peaks.iter().map(|(day, peak)| DayPeak { day: FIRST.saturating_add(day.days()), peak: *peak }).collect()
        };
        let result = forecast(&of(&peaks), Some(seats));
        if let Forecast::RunsOut { expected, earliest, latest, .. } = &result {
            prop_assert!(earliest <= expected);
            prop_assert!(latest.is_none_or(|latest| latest >= *expected));
        }
        peaks.reverse();
        prop_assert_eq!(forecast(&of(&peaks), Some(seats)), result);
    }
}

#[test]
fn what_nobody_used_is_named_once_it_was_known_long_enough() {
    let today = date(2027, 6, 1);
    let row = |feature: &str, since: Date, last_used| Installed {
        vendor: "ACME".to_owned(),
        feature: feature.to_owned(),
        seats: Some(5),
        since,
        last_used,
    };
    let old = date(2027, 1, 1);
    let rows = [
        row("NEVER", old, None),
        row("NEW", date(2027, 5, 20), None),
        row("USED", old, Some(date(2027, 5, 31))),
        row("ONCE", old, Some(date(2027, 2, 1))),
        row("TWICE", old, None),
        row("twice", old, Some(today)),
        row("NEVER", old, None),
        Installed {
            seats: Some(0),
            ..row("GONE", old, None)
        },
    ];
    let found: Vec<_> = unused(&rows, today, 60)
        .into_iter()
        .map(|feature| (feature.feature, feature.seats, feature.last_used))
        .collect();
    assert_eq!(
        found,
        [
            ("NEVER".to_owned(), Some(10), None),
            ("ONCE".to_owned(), Some(5), Some(date(2027, 2, 1))),
        ]
    );
}
