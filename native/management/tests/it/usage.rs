//! Exact peaks against a naive model.

use jiff::tz::TimeZone;
use licensing_management::usage::{Bucket, Hour, HourPeak, PeakMeter, PeakSeries, Span, roll_up};
use proptest::prelude::*;

const HOUR_MS: i64 = 3_600_000;

/// Most in use in an hour, counted from every single event.
fn naive(events: &[(i64, u32)], hour: i64) -> u32 {
    let before = events
        .iter()
        .rfind(|(at, _)| *at < hour * HOUR_MS)
        .map_or(0, |(_, level)| *level);
    events
        .iter()
        .filter(|(at, _)| at.div_euclid(HOUR_MS) == hour)
        .map(|(_, level)| *level)
        .fold(before, u32::max)
}

fn rows_of(events: &[(i64, u32)]) -> (Vec<HourPeak>, u32) {
    let mut rows: Vec<HourPeak> = Vec::new();
    let mut meter = PeakMeter::resume(0, None);
    for (index, (at, level)) in events.iter().enumerate() {
        if index % 5 == 4 {
            // A restart knows what is in use and the latest row.
            meter = PeakMeter::resume(meter.in_use(), rows.last().copied());
        }
        if let Some(row) = meter.record(*at, *level) {
            rows.retain(|known| known.hour != row.hour);
            rows.push(row);
        }
    }
    (rows, meter.in_use())
}

proptest! {
    #[test]
    fn peaks_of_every_window_are_exact(
        mut events in proptest::collection::vec((0i64..40 * HOUR_MS, 0u32..20), 0..60),
        from in 0i64..45,
        length in 0i64..45,
    ) {
        events.sort_by_key(|(at, _)| *at);
        let (rows, now) = rows_of(&events);
        let to = from + length;
        let series = PeakSeries::new(&rows, Hour(from), Hour(to), now);
        let expected: Vec<u32> = (from..to).map(|hour| naive(&events, hour)).collect();
        let mut hours: Vec<u32> = series.hours_back().map(|level| level.peak).collect();
        hours.reverse();
        prop_assert_eq!(&hours, &expected);
        prop_assert_eq!(series.peak(), expected.iter().copied().max().unwrap_or(0));
        let used = expected.iter().position(|peak| *peak > 0).map(|first| {
            let last = expected.iter().rposition(|peak| *peak > 0).unwrap();
            (Hour(from + first as i64).start(), Hour(from + last as i64 + 1).start())
        });
        prop_assert_eq!(series.used(), used);
        let days = roll_up(series.hours_back(), Span::Day, &TimeZone::UTC);
        prop_assert_eq!(days.iter().map(|day| day.peak).max(), expected.iter().copied().max());
    }
}

#[test]
fn steady_traffic_below_the_peak_writes_nothing() {
    let mut meter = PeakMeter::resume(0, None);
    let mut written = 0;
    for cycle in 0..1000i64 {
        written += usize::from(meter.record(cycle, 1).is_some());
        written += usize::from(meter.record(cycle, 0).is_some());
    }
    assert_eq!(written, 1);
}

#[test]
fn hours_count_in_local_days_and_months() {
    let rows = [HourPeak {
        hour: Hour::of("2027-01-31T23:30:00Z".parse().unwrap()),
        start: 0,
        peak: 3,
    }];
    let series = PeakSeries::new(&rows, rows[0].hour, rows[0].hour.next(), 0);
    let zone = TimeZone::get("Europe/Zurich").unwrap();
    for (span, start) in [(Span::Day, "2027-02-01"), (Span::Month, "2027-02-01")] {
        let expected = Bucket {
            start: start.parse().unwrap(),
            peak: 3,
        };
        assert_eq!(roll_up(series.hours_back(), span, &zone), [expected]);
    }
}
