//! When old uploads are dropped, and when the clock is not believed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use licensing_insight::service::{DropGuard, Insight};
use licensing_insight::storage::Stored;
use licensing_management::upload::SealedUpload;
use proptest::prelude::*;

use crate::site::Site;
use crate::support::{Backend, arrival, on_both};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Time between two looks of the program.
const LOOK: Duration = Duration::from_secs(10 * 60);

fn day(number: i64) -> Timestamp {
    "2026-10-01T06:00:00Z".parse::<Timestamp>().unwrap() + (24 * number).hours()
}

/// A guard that has seen the clock go on for a week until a day.
fn guard_at(number: i64) -> DropGuard {
    let mut guard = DropGuard::new(day(number - 7));
    assert!(guard.look(day(number), DAY * 7));
    guard
}

#[test]
fn old_uploads_are_dropped_when_the_clock_has_gone_on_for_a_week() {
    let mut guard = DropGuard::new(day(0));
    assert!(!guard.look(day(0), Duration::ZERO));
    assert!(!guard.look(day(6), DAY * 6));
    assert!(guard.look(day(7), DAY));
    // Out of use for some days.
    assert!(guard.look(day(13), Duration::ZERO));
    // A clock that was set back drops less, which does no harm.
    assert!(guard.look(day(-400), LOOK));
}

#[test]
fn nothing_is_dropped_for_a_week_by_a_clock_that_is_set_ahead() {
    let mut guard = guard_at(0);
    assert!(!guard.look(day(900), LOOK));
    assert!(!guard.look(day(906), DAY * 6));
    assert!(guard.look(day(907), DAY));
}

#[test]
fn only_time_in_which_the_program_runs_ends_a_hold() {
    let mut guard = guard_at(0);
    assert!(!guard.look(day(900), LOOK));
    // Restarts, with some days between them.
    assert!(!guard.look(day(905), Duration::ZERO));
    assert!(!guard.look(day(910), Duration::ZERO));
    assert!(!guard.look(day(916), DAY * 6));
    assert!(!guard.look(day(920), Duration::ZERO));
    assert!(guard.look(day(921), DAY));
}

#[test]
fn a_clock_that_is_ahead_at_the_start_drops_nothing_for_a_week() {
    let mut guard = guard_at(0);
    assert!(!guard.look(day(900), Duration::ZERO));
    assert!(guard.look(day(907), DAY * 7));
    // Set ahead once more.
    assert!(!guard.look(day(1000), LOOK));
}

const RETENTION: SignedDuration = SignedDuration::from_hours(400 * 24);
const HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What becomes of the clock.
#[derive(Debug, Clone, Copy)]
enum Clock {
    GoesOn,
    /// It is set ahead by so many days.
    Ahead(i64),
    /// It is set to the true time.
    Right,
}

/// What happens until the next look.
#[derive(Debug, Clone, Copy)]
struct Step {
    clock: Clock,
    /// Whether an upload arrives then.
    is_upload: bool,
    /// How long the program runs.
    ran_hours: i64,
    /// How long it is down then, before it starts again and looks at once; none when it goes on.
    down_hours: Option<i64>,
}

fn step() -> impl Strategy<Value = Step> {
    let clock = prop_oneof![
        6 => Just(Clock::GoesOn),
        1 => (8_i64..900).prop_map(Clock::Ahead),
        1 => Just(Clock::Right),
    ];
    let down = prop_oneof![3 => Just(None), 1 => (0_i64..500).prop_map(Some)];
    (clock, any::<bool>(), 1_i64..100, down).prop_map(|(clock, is_upload, ran_hours, down_hours)| Step {
        clock,
        is_upload,
        ran_hours,
        down_hours,
    })
}

/// A receiver and its clock, which may be ahead of the true time.
struct World {
    now: Timestamp,
    ahead: SignedDuration,
    /// How long the program has run since the clock was set ahead; none while the clock is right.
    since_ahead: Option<SignedDuration>,
    guard: DropGuard,
    /// When each upload arrived, truly and by the clock.
    uploads: Vec<(Timestamp, Timestamp)>,
}

impl World {
    fn new() -> Self {
        Self {
            now: day(0),
            ahead: SignedDuration::ZERO,
            since_ahead: None,
            guard: DropGuard::new(day(0)),
            uploads: Vec::new(),
        }
    }

    fn clock(&self) -> Timestamp {
        self.now + self.ahead
    }

    /// Lives until the next look; says whether old uploads may be dropped.
    fn live(&mut self, step: Step) -> bool {
        match step.clock {
            Clock::GoesOn => {}
            Clock::Ahead(days) => {
                self.ahead += SignedDuration::from_hours(24 * days);
                self.since_ahead = Some(SignedDuration::ZERO);
            }
            Clock::Right => {
                self.ahead = SignedDuration::ZERO;
                self.since_ahead = None;
            }
        }
        if step.is_upload {
            self.uploads.push((self.now, self.clock()));
        }
        let ran = SignedDuration::from_hours(step.ran_hours);
        self.now += ran;
        self.since_ahead = self.since_ahead.map(|since| since + ran);
        let ran = match step.down_hours {
            None => ran.unsigned_abs(),
            Some(hours) => {
                self.now += SignedDuration::from_hours(hours);
                let kept = serde_json::to_string(&self.guard).unwrap();
                self.guard = serde_json::from_str(&kept).unwrap();
                Duration::ZERO
            }
        };
        let clock = self.clock();
        self.guard.look(clock, ran)
    }

    /// Drops what is old by the clock; gives when that truly arrived.
    fn drop_old(&mut self) -> Vec<Timestamp> {
        let before = self.clock() - RETENTION;
        let uploads = std::mem::take(&mut self.uploads);
        let (old, kept): (Vec<_>, Vec<_>) = uploads.into_iter().partition(|(_, received)| *received < before);
        self.uploads = kept;
        old.into_iter().map(|(arrived, _)| arrived).collect()
    }
}

proptest! {
    /// Whatever is restarted, set ahead and received.
    #[test]
    fn nothing_younger_than_the_retention_is_dropped_within_a_week_after_a_clock_was_set_ahead(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let mut world = World::new();
        for step in steps {
            if !world.live(step) {
                continue;
            }
            let is_believed = world.since_ahead.is_some_and(|since| since >= HOLD);
            for arrived in world.drop_old() {
                prop_assert!(is_believed || world.now.duration_since(arrived) > RETENTION);
            }
        }
    }
}

fn a_hold_outlives_the_program_and_uploads_by_the_wrong_clock(backend: &Backend) {
    let database = backend.database();
    let mut site = Site::new(1);
    let mut arrive = |insight: &Insight, number: i64| {
        let upload = site.upload(day(number), &["SN-1"]);
        let arrival = arrival(&upload, day(number));
        let kept = insight.storage().store_uploads(&[arrival]).unwrap();
        assert_eq!(kept[0].stored, Stored::Now);
    };
    let insight = database.service();
    arrive(&insight, 0);
    arrive(&insight, 1);
    assert_eq!(insight.drop_old(day(1), Duration::ZERO).unwrap(), 0);
    assert_eq!(insight.drop_old(day(8), DAY * 7).unwrap(), 0, "nothing is old");
    assert_eq!(insight.drop_old(day(900), DAY * 7 + LOOK).unwrap(), 0);
    arrive(&insight, 900);
    drop(insight);
    let insight = database.service();
    assert_eq!(insight.drop_old(day(900), Duration::ZERO).unwrap(), 0);
    assert_eq!(insight.drop_old(day(906), DAY * 6).unwrap(), 0);
    assert_eq!(
        insight.drop_old(day(907), DAY * 7).unwrap(),
        2,
        "all but the latest"
    );
}

/// In PostgreSQL an upload that goes on is not looked for, so that an id may be there twice; months are dropped all the same.
fn an_id_that_two_servers_use_keeps_no_month_from_being_dropped(backend: &Backend) {
    let storage = backend.database().open().unwrap();
    let (mut first, mut second) = (Site::new(1), Site::new(2));
    let arrive = |upload: &SealedUpload, number: i64| {
        let arrival = arrival(upload, day(number));
        storage.store_uploads(&[arrival]).unwrap()[0].stored
    };
    let old = first.upload(day(0), &["SN-1"]);
    let id = old.body().upload_id;
    assert_eq!(arrive(&old, 0), Stored::Now);
    let begun = second.upload(day(40), &["SN-2"]);
    let same_month = second.upload_with(day(41), &["SN-2"], |body| body.upload_id = begun.body().upload_id);
    assert_eq!(arrive(&begun, 40), Stored::Now);
    assert_eq!(
        arrive(&same_month, 41),
        Stored::IdReused,
        "its own month has the id"
    );
    let mut second = Site::new(3);
    assert_eq!(arrive(&second.upload(day(40), &["SN-3"]), 40), Stored::Now);
    arrive(
        &second.upload_with(day(41), &["SN-3"], |body| body.upload_id = id),
        41,
    );
    storage.drop_before(day(400)).unwrap();
    storage.drop_before(day(401)).unwrap();
    for site in [&first, &second] {
        assert_eq!(storage.uploads(&[site.guid], 10).unwrap().len(), 1, "the latest");
    }
    assert_eq!(arrive(&old, 500), Stored::Before);
}

on_both! {
    an_id_that_two_servers_use_keeps_no_month_from_being_dropped,
    a_hold_outlives_the_program_and_uploads_by_the_wrong_clock,
}
