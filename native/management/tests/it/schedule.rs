//! The schedule over years of simulated days.

use jiff::civil::{DateTime, Time, date};
use jiff::{SignedDuration, Timestamp};
use licensing_management::schedule::{
    DAY_MS, Event, FIRST_MS, MAX_RETRY_AFTER_MS, Moment, SavedSchedule, Schedule, Settings, Switch,
    UploadResult,
};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// A server: a clock that never steps, a wall clock that somebody sets, and the schedule.
struct Server {
    schedule: Schedule,
    monotonic_ms: u64,
    /// Wall clock minus the true time, in seconds.
    off_seconds: i64,
    /// True time since the beginning.
    true_ms: u64,
}

fn on(upload_time: Option<Time>) -> Settings {
    Settings {
        switch: Switch::On,
        upload_time,
    }
}

impl Server {
    fn new(settings: Settings) -> Self {
        let mut server = Self {
            schedule: Schedule::restore(SavedSchedule::default()),
            monotonic_ms: 0,
            off_seconds: 0,
            true_ms: 0,
        };
        server.tell(Event::Started);
        server.tell(Event::Configured(settings));
        server
    }

    fn now(&self) -> Moment {
        let begin = DateTime::from_parts(date(2027, 1, 1), Time::midnight());
        let passed =
            SignedDuration::from_millis(self.true_ms as i64) + SignedDuration::from_secs(self.off_seconds);
        let local = begin.saturating_add(passed);
        Moment {
            monotonic_ms: self.monotonic_ms,
            wall: local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp(),
            local,
        }
    }

    fn tell(&mut self, event: Event) -> bool {
        let now = self.now();
        self.schedule.on(event, now)
    }

    fn pass(&mut self, ms: u64) {
        self.monotonic_ms += ms;
        self.true_ms += ms;
    }

    /// Another process: only what is saved is left, and the clock that never steps begins again.
    fn restart(&mut self, down_ms: u64) {
        let saved = serde_json::to_string(self.schedule.saved()).unwrap();
        self.schedule = Schedule::restore(serde_json::from_str(&saved).unwrap());
        self.true_ms += down_ms;
        self.monotonic_ms = 1234;
        assert!(!self.schedule.is_due(self.now()));
        self.tell(Event::Started);
    }

    /// Goes on to the next upload and begins it; gives how long that was, in milliseconds.
    fn go_to_next(&mut self) -> u64 {
        let wait = self.schedule.next_ms().unwrap() - self.monotonic_ms;
        self.pass(wait);
        assert!(self.schedule.is_due(self.now()));
        assert!(self.tell(Event::Begun { manual: false }));
        wait
    }
}

fn failed() -> Event {
    Event::Failed {
        reason: "refused".to_owned(),
        retry_after_ms: None,
    }
}

#[test]
fn the_first_upload_is_five_minutes_after_the_start_and_then_one_a_day() {
    let mut server = Server::new(on(None));
    assert_eq!(server.go_to_next(), FIRST_MS);
    server.tell(Event::Succeeded);
    for _ in 0..3 {
        assert_eq!(server.go_to_next(), DAY_MS);
        server.tell(failed());
    }
    assert_eq!(server.go_to_next(), DAY_MS);
    server.tell(Event::Succeeded);
    server.pass(3 * HOUR);
    server.restart(HOUR);
    assert_eq!(server.go_to_next(), FIRST_MS);
    assert_eq!(
        server.schedule.saved().last.as_ref().unwrap().result,
        UploadResult::Succeeded
    );
}

#[test]
fn nothing_is_due_while_the_service_is_off_or_has_no_destination() {
    for switch in [Switch::Disabled, Switch::NoDestination] {
        let mut server = Server::new(Settings {
            switch,
            upload_time: None,
        });
        server.pass(30 * DAY_MS);
        server.restart(0);
        server.pass(30 * DAY_MS);
        assert_eq!(server.schedule.next_ms(), None);
        assert!(!server.tell(Event::Begun { manual: true }));
        assert!(!server.schedule.is_overdue());
        server.tell(Event::Configured(on(None)));
        assert_eq!(server.go_to_next(), FIRST_MS);
    }
}

#[test]
fn switching_off_cancels_what_is_under_way_and_its_late_end_counts_no_more() {
    let mut server = Server::new(on(None));
    server.go_to_next();
    server.tell(Event::Configured(Settings::default()));
    assert!(!server.tell(Event::Succeeded));
    assert!(!server.tell(failed()));
    assert_eq!(
        server.schedule.saved().last.as_ref().unwrap().result,
        UploadResult::Cancelled
    );
    assert_eq!(server.schedule.saved().last_success, None);
}

#[test]
fn a_manual_upload_takes_the_place_of_the_next_when_it_succeeds_and_moves_nothing_when_it_fails() {
    let mut server = Server::new(on(None));
    server.go_to_next();
    server.tell(Event::Succeeded);
    server.pass(10 * HOUR);
    let next = server.schedule.next_ms();
    assert!(server.tell(Event::Begun { manual: true }));
    assert!(!server.tell(Event::Begun { manual: true }));
    server.tell(failed());
    assert_eq!(server.schedule.next_ms(), next);
    assert!(server.tell(Event::Begun { manual: true }));
    server.tell(Event::Succeeded);
    assert_eq!(server.go_to_next(), DAY_MS);
}

#[test]
fn a_receiver_may_ask_for_a_later_try_but_not_for_an_earlier_one() {
    for (asked, expected) in [
        (10 * MINUTE, DAY_MS),
        (2 * DAY_MS, 2 * DAY_MS),
        (u64::MAX, MAX_RETRY_AFTER_MS),
    ] {
        let mut server = Server::new(on(None));
        server.go_to_next();
        server.tell(Event::Failed {
            reason: "429".to_owned(),
            retry_after_ms: Some(asked),
        });
        assert_eq!(server.go_to_next(), expected);
    }
}

#[test]
fn uploads_are_overdue_after_two_days_without_success_that_the_server_ran() {
    let mut server = Server::new(on(None));
    server.go_to_next();
    server.tell(failed());
    server.go_to_next();
    server.tell(failed());
    assert!(!server.schedule.is_overdue());
    // Days in which the server does not run are no fault of the uploads.
    server.restart(100 * DAY_MS);
    assert!(!server.schedule.is_overdue());
    server.go_to_next();
    server.tell(failed());
    server.pass(DAY_MS - 10 * MINUTE);
    server.tell(Event::Ticked);
    assert!(server.schedule.is_overdue());
    server.tell(Event::Begun { manual: true });
    server.tell(Event::Succeeded);
    assert!(!server.schedule.is_overdue());
}

#[test]
fn uploads_that_arrive_as_a_file_are_not_overdue_and_move_no_schedule() {
    let mut server = Server::new(on(None));
    for _ in 0..3 {
        server.go_to_next();
        server.tell(failed());
    }
    assert!(server.schedule.is_overdue());
    let next = server.schedule.next_ms();
    assert!(server.tell(Event::Settled));
    assert!(!server.schedule.is_overdue());
    assert_eq!(server.schedule.saved().last_success, Some(server.now().wall));
    assert_eq!(server.schedule.next_ms(), next);
}

#[test]
fn the_daily_upload_keeps_its_time_of_day() {
    let six = Time::constant(6, 30, 0, 0);
    let mut server = Server::new(on(Some(six)));
    server.go_to_next();
    server.tell(Event::Succeeded);
    for _ in 0..5 {
        server.go_to_next();
        assert_eq!(server.now().local.time(), six);
        server.tell(Event::Succeeded);
    }
}

/// What happens, and how long after the thing before.
#[derive(Debug, Clone)]
enum Step {
    /// Time passes; whatever becomes due is done with this result.
    Days(u8, Outcome),
    Restart(u64),
    SetClock(i64),
    SwitchOff(u64),
    Manual(Outcome),
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Succeeds,
    Fails,
    FailsWithRest(u64),
    NeverEnds,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Succeeds),
        3 => Just(Outcome::Fails),
        1 => (0u64..20 * DAY_MS).prop_map(Outcome::FailsWithRest),
        1 => Just(Outcome::NeverEnds),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1u8..60, outcome()).prop_map(|(days, outcome)| Step::Days(days, outcome)),
        2 => (0u64..10 * DAY_MS).prop_map(Step::Restart),
        3 => (-10_000_000i64..10_000_000).prop_map(Step::SetClock),
        1 => (0u64..3 * DAY_MS).prop_map(Step::SwitchOff),
        1 => outcome().prop_map(Step::Manual),
    ]
}

/// Carries steps out and checks that automatic uploads keep their distance; gives the true times of all of them.
fn walk(steps: &[Step], upload_time: Option<Time>) -> Vec<u64> {
    let mut server = Server::new(on(upload_time));
    let mut begun = Vec::new();
    // Earliest and latest distance to the next automatic upload on the clock that never steps.
    let (shortest, longest) = if upload_time.is_some() {
        (DAY_MS / 2, DAY_MS * 3 / 2)
    } else {
        (DAY_MS, DAY_MS)
    };
    let mut bounds: Option<(u64, u64)> = Some((FIRST_MS, FIRST_MS));
    let mut since = server.monotonic_ms;
    let finish = |server: &mut Server,
                  outcome: Outcome,
                  bounds: &mut Option<(u64, u64)>,
                  since: &mut u64,
                  manual: bool| {
        server.pass(7 * MINUTE);
        let kept = server.schedule.is_running();
        assert!(kept);
        match outcome {
            Outcome::Succeeds => {
                assert!(server.tell(Event::Succeeded));
                (*bounds, *since) = (Some((shortest, longest)), server.monotonic_ms);
            }
            Outcome::Fails | Outcome::FailsWithRest(_) => {
                let rest = match outcome {
                    Outcome::FailsWithRest(rest) => Some(rest),
                    _ => None,
                };
                assert!(server.tell(Event::Failed {
                    reason: String::new(),
                    retry_after_ms: rest,
                }));
                if !manual {
                    let delay = DAY_MS.max(rest.unwrap_or(0).min(MAX_RETRY_AFTER_MS));
                    (*bounds, *since) = (Some((delay, delay)), server.monotonic_ms);
                } else {
                    *bounds = None;
                }
            }
            Outcome::NeverEnds => *bounds = None,
        }
    };
    for step in steps {
        if server.schedule.is_running() {
            // What hangs is ended by a restart.
            server.restart(0);
            (bounds, since) = (Some((FIRST_MS, FIRST_MS)), server.monotonic_ms);
        }
        match *step {
            Step::Days(days, outcome) => {
                let end = server.monotonic_ms + u64::from(days) * DAY_MS;
                while server.schedule.next_ms().is_some_and(|next| next <= end) {
                    server.go_to_next();
                    if let Some((least, most)) = bounds {
                        let waited = server.monotonic_ms - since;
                        assert!(
                            (least..=most).contains(&waited),
                            "{waited} is not in {least}..={most}"
                        );
                    }
                    begun.push(server.true_ms);
                    finish(&mut server, outcome, &mut bounds, &mut since, false);
                }
                if !server.schedule.is_running() {
                    server.pass(end.saturating_sub(server.monotonic_ms));
                }
            }
            Step::Restart(down) => {
                let before = server.schedule.saved().clone();
                server.restart(down);
                assert_eq!(server.schedule.saved().last, before.last);
                assert_eq!(server.schedule.saved().settings, before.settings);
                (bounds, since) = (Some((FIRST_MS, FIRST_MS)), server.monotonic_ms);
            }
            Step::SetClock(seconds) => server.off_seconds = seconds,
            Step::SwitchOff(ms) => {
                server.tell(Event::Configured(Settings::default()));
                assert_eq!(server.schedule.next_ms(), None);
                server.pass(ms);
                server.tell(Event::Configured(on(upload_time)));
                (bounds, since) = (Some((FIRST_MS, FIRST_MS)), server.monotonic_ms);
            }
            Step::Manual(outcome) => {
                assert!(server.tell(Event::Begun { manual: true }));
                finish(&mut server, outcome, &mut bounds, &mut since, true);
            }
        }
        // It always goes on.
        assert!(server.schedule.is_running() || server.schedule.next_ms().is_some());
    }
    begun
}

fn without_clock_changes(steps: &[Step]) -> Vec<Step> {
    steps
        .iter()
        .filter(|step| !matches!(step, Step::SetClock(_)))
        .cloned()
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn years_of_days_keep_their_distance_whatever_the_clock_shows(
        steps in proptest::collection::vec(step(), 20..80),
    ) {
        // Nobody can tell from the uploads that the clock was set.
        prop_assert_eq!(walk(&steps, None), walk(&without_clock_changes(&steps), None));
    }

    #[test]
    fn an_upload_time_keeps_uploads_about_a_day_apart(
        steps in proptest::collection::vec(step(), 20..80),
        hour in 0i8..24,
        minute in 0i8..60,
    ) {
        walk(&steps, Some(Time::constant(hour, minute, 0, 0)));
    }
}

#[test]
fn what_is_saved_says_when_the_next_upload_is() {
    let mut server = Server::new(on(None));
    server.go_to_next();
    server.tell(Event::Succeeded);
    let expected: Timestamp = "2027-01-02T00:05:00Z".parse().unwrap();
    assert_eq!(server.schedule.saved().next, Some(expected));
}
