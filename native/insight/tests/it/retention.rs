//! When old uploads are dropped, and when the clock is not believed.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use licensing_insight::service::DropGuard;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn day(number: i64) -> Timestamp {
    "2026-10-01T06:00:00Z".parse::<Timestamp>().unwrap() + (24 * number).hours()
}

#[test]
fn old_uploads_are_dropped_while_uploads_arrive_and_the_clock_goes_on() {
    let mut guard = DropGuard::default();
    assert!(guard.may_drop(day(0), None, Duration::ZERO));
    assert!(guard.may_drop(day(1), Some(day(0)), DAY));
    assert!(guard.may_drop(day(7), Some(day(0)), DAY * 7));
    // A clock that was set back drops less, which does no harm.
    assert!(guard.may_drop(day(-400), Some(day(7)), DAY * 7));
}

#[test]
fn nothing_is_dropped_for_a_week_by_a_clock_that_is_ahead_at_the_start() {
    let mut guard = DropGuard::default();
    assert!(!guard.may_drop(day(900), Some(day(0)), Duration::ZERO));
    // An upload that arrives by the wrong clock proves nothing.
    assert!(!guard.may_drop(day(901), Some(day(901)), DAY));
    assert!(guard.may_drop(day(907), Some(day(907)), DAY * 7));
}

#[test]
fn nothing_is_dropped_for_a_week_by_a_clock_that_is_set_ahead() {
    let mut guard = DropGuard::default();
    assert!(guard.may_drop(day(0), Some(day(0)), Duration::ZERO));
    assert!(!guard.may_drop(day(900), Some(day(900)), DAY));
    assert!(!guard.may_drop(day(901), Some(day(901)), DAY * 2));
    assert!(guard.may_drop(day(907), Some(day(907)), DAY * 8));
}
