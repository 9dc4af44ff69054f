//! Waiting for seats: what the random histories do not reach.

use licensing_api::denial::DenialReason;
use licensing_license_file::license_file::DupGroup;
use licensing_seats::pool::Pool;
use licensing_seats::seat::{
    CheckoutRequest, Decision, Lease, Ledger, QueueFilter, RequestKey, SeatSettings,
};

use super::rules::bind;
use super::support::{bytes, holder, increment, lease_id, moment, pool, request, set};

fn cad(count: u32) -> Vec<Pool> {
    vec![pool(
        "CAD",
        "1.0",
        DupGroup::None,
        vec![increment(Some(count), 0)],
    )]
}

fn key(number: u64) -> RequestKey {
    RequestKey::from_bytes(bytes(number))
}

struct Desk {
    ledger: Ledger,
    pools: Vec<Pool>,
    ms: u64,
}

impl Desk {
    fn new(pools: Vec<Pool>, settings: SeatSettings) -> Self {
        Self {
            ledger: Ledger::new(settings, set(pools.clone()), moment(0, 0)),
            pools,
            ms: 0,
        }
    }

    fn ask(&mut self, number: u64, user: &str, count: u32) -> Decision {
        let request = CheckoutRequest {
            queue: true,
            ..request(number, "cad", "", count, holder(user, "desk"))
        };
        self.ledger
            .checkout(&request, lease_id(number), moment(self.ms, 0))
    }

    fn get(&mut self, number: u64, user: &str, count: u32) -> Lease {
        match self.ask(number, user, count) {
            Decision::Granted(lease) => lease,
            decision @ (Decision::Repeated(_) | Decision::Denied(_) | Decision::Queued(_)) => {
                panic!("{decision:?}")
            }
        }
    }

    fn wait(&mut self, number: u64, user: &str, count: u32) -> u32 {
        match self.ask(number, user, count) {
            Decision::Queued(place) => place.position,
            decision @ (Decision::Granted(_) | Decision::Repeated(_) | Decision::Denied(_)) => {
                panic!("{decision:?}")
            }
        }
    }

    fn check_in(&mut self, lease: &Lease) {
        assert!(self.ledger.checkin(lease.id, moment(self.ms, 0)));
    }

    /// Whose turn has come, and whether there were seats.
    fn turns(&mut self) -> Vec<(RequestKey, Result<(), DenialReason>)> {
        let turns = self.ledger.take_turns(moment(self.ms, 0)).into_iter();
        let outcome = turns.map(|turn| match turn.decision {
            Decision::Granted(_) => (turn.request_key, Ok(())),
            Decision::Denied(denial) => (turn.request_key, Err(denial.reason)),
            decision @ (Decision::Repeated(_) | Decision::Queued(_)) => panic!("{decision:?}"),
        });
        outcome.collect()
    }
}

#[test]
fn a_request_for_many_seats_collects_them_and_is_not_passed() {
    let mut desk = Desk::new(cad(3), SeatSettings::default());
    let out: Vec<Lease> = (1..=3).map(|number| desk.get(number, "anna", 1)).collect();
    assert_eq!(desk.wait(10, "bert", 3), 1);
    assert_eq!(desk.wait(11, "carl", 1), 2);
    for lease in &out[..2] {
        desk.check_in(lease);
        assert_eq!(
            desk.turns(),
            [],
            "two seats would do for the second, but is not first"
        );
    }
    let passing = desk.ledger.checkout(
        &request(12, "cad", "", 1, holder("dora", "desk")),
        lease_id(12),
        moment(0, 0),
    );
    assert!(matches!(passing, Decision::Denied(denial) if denial.reason == DenialReason::QueuedBehindOthers));
    desk.check_in(&out[2]);
    assert_eq!(desk.turns(), [(key(10), Ok(()))]);
    assert!(desk.ledger.give_up(&key(10), moment(0, 0)));
    assert_eq!(desk.turns(), [(key(11), Ok(()))]);
}

#[test]
fn a_request_may_be_passed_by_smaller_ones_for_the_time_that_the_options_file_says() {
    let mut desk = Desk::new(cad(10), SeatSettings::default());
    let pools = set(desk.pools.clone());
    let rules = bind(&["QUEUE_PASSING CAD 60".to_owned()], &pools, moment(0, 0).today);
    desk.ledger.replace_rules(rules);
    let first = desk.get(1, "anna", 1);
    assert_eq!(desk.wait(10, "bert", 10), 1);
    let row = &desk.ledger.queue_rows(&QueueFilter::default(), moment(0, 0))[0];
    assert_eq!(row.passed_until.unwrap().duration_since(row.since).as_secs(), 60);
    let small = desk.get(11, "carl", 2);
    desk.ms = 59_000;
    desk.check_in(&small);
    let small = desk.get(12, "dora", 9);
    desk.check_in(&small);

    // From now on what is free is kept for who waits for many.
    desk.ms = 70_000;
    desk.ledger.expire(moment(desk.ms, 0));
    assert_eq!(desk.turns(), []);
    assert_eq!(desk.wait(13, "emil", 1), 2);
    desk.check_in(&first);
    assert_eq!(desk.turns(), [(key(10), Ok(()))]);
}

#[test]
fn one_caller_waits_for_no_more_seats_than_one_may() {
    let settings = SeatSettings {
        queue_seats_per_caller: 5,
        ..SeatSettings::default()
    };
    let mut desk = Desk::new(cad(5), settings);
    let ask = |desk: &mut Desk, number: u64, count: u32, address: &str| {
        let mut request = CheckoutRequest {
            queue: true,
            ..request(number, "cad", "", count, holder("anna", "desk"))
        };
        request.holder.address = Some(address.parse().unwrap());
        desk.ledger.checkout(&request, lease_id(number), moment(0, 0))
    };
    assert!(matches!(ask(&mut desk, 1, 5, "192.0.2.1"), Decision::Granted(_)));
    assert!(matches!(ask(&mut desk, 2, 3, "192.0.2.1"), Decision::Queued(_)));
    let Decision::Denied(denial) = ask(&mut desk, 3, 3, "192.0.2.1") else {
        panic!("six seats wait");
    };
    assert!(denial.detail.contains("too many seats"), "{}", denial.detail);
    assert!(matches!(ask(&mut desk, 4, 3, "192.0.2.2"), Decision::Queued(_)));
    // Who gives up makes room.
    assert!(desk.ledger.give_up(&key(2), moment(0, 0)));
    assert!(matches!(ask(&mut desk, 5, 3, "192.0.2.1"), Decision::Queued(_)));
}

#[test]
fn a_place_is_kept_for_a_while_and_then_goes_to_who_is_there() {
    let mut desk = Desk::new(cad(1), SeatSettings::default());
    let out = desk.get(1, "anna", 1);
    desk.wait(2, "bert", 1);
    desk.wait(3, "carl", 1);
    desk.ledger.leave_waiting(&key(2), moment(0, 0));
    desk.ms = 59_000;
    desk.ledger.expire(moment(desk.ms, 0));
    assert_eq!(desk.wait(2, "bert", 1), 1, "they are back in time");
    desk.ledger.leave_waiting(&key(2), moment(desk.ms, 0));
    desk.ms += 60_000;
    desk.ledger.expire(moment(desk.ms, 0));
    assert_eq!(desk.wait(3, "carl", 1), 1);
    desk.check_in(&out);
    assert_eq!(desk.turns(), [(key(3), Ok(()))]);
}

#[test]
fn a_seat_that_nobody_asks_for_in_time_comes_back() {
    let mut desk = Desk::new(cad(2), SeatSettings::default());
    let out = [desk.get(1, "anna", 1), desk.get(2, "anna", 1)];
    desk.wait(3, "bert", 1);
    desk.wait(4, "carl", 1);
    out.iter().for_each(|lease| desk.check_in(lease));
    assert_eq!(desk.turns().len(), 2);
    for number in [3, 4] {
        desk.ledger.leave_unclaimed(lease_id(number), moment(desk.ms, 0));
    }
    desk.ms = 30_000;
    let again = desk.ask(3, "bert", 1);
    assert!(matches!(again, Decision::Repeated(lease) if lease.id == lease_id(3)));
    desk.ms = 61_000;
    desk.ledger.expire(moment(desk.ms, 0));
    assert!(
        desk.ledger
            .heartbeat(&[lease_id(3)], moment(desk.ms, 0))
            .is_empty()
    );
    assert_eq!(desk.ledger.heartbeat(&[lease_id(4)], moment(desk.ms, 0)), [0]);
    desk.ms = 61_000 + 899_000;
    desk.ledger.expire(moment(desk.ms, 0));
    assert_eq!(desk.ledger.len(), 1, "who has asked has a full lifetime");
}

#[test]
fn the_queue_has_an_end() {
    let settings = SeatSettings {
        queue_places: 3,
        queue_places_per_feature: 2,
        ..SeatSettings::default()
    };
    let mut pools = cad(1);
    pools.push(pool("FEM", "1.0", DupGroup::None, vec![increment(Some(1), 0)]));
    let mut desk = Desk::new(pools, settings);
    let other = |desk: &mut Desk, number| {
        let request = request(number, "fem", "", 1, holder("anna", "desk"));
        let request = CheckoutRequest {
            queue: true,
            ..request
        };
        desk.ledger.checkout(&request, lease_id(number), moment(0, 0))
    };
    let full = |decision: Decision| {
        matches!(decision, Decision::Denied(denial)
            if denial.reason == DenialReason::AllSeatsTaken && denial.detail.ends_with("The queue is full."))
    };
    desk.get(1, "anna", 1);
    desk.wait(2, "bert", 1);
    assert_eq!(desk.wait(3, "carl", 1), 2);
    assert!(full(desk.ask(4, "dora", 1)));
    assert!(matches!(other(&mut desk, 5), Decision::Granted(_)));
    assert!(matches!(other(&mut desk, 6), Decision::Queued(_)));
    assert!(full(other(&mut desk, 7)));
    assert_eq!(desk.wait(2, "bert", 1), 1, "who is in keeps the place");
}

#[test]
fn what_no_waiting_would_change_is_refused_at_once() {
    let mut desk = Desk::new(cad(4), SeatSettings::default());
    let lines = [
        "RESERVE 2 CAD USER boss",
        "MAX 1 CAD USER bert",
        "EXCLUDE CAD USER carl",
    ];
    let rules = bind(
        &lines.map(str::to_owned),
        &set(desk.pools.clone()),
        moment(0, 0).today,
    );
    desk.ledger.replace_rules(rules);
    let out = [desk.get(1, "anna", 1), desk.get(2, "anna", 1)];
    for (number, user, count, reason) in [
        (3, "anna", 5, DenialReason::MoreThanExist),
        (4, "anna", 3, DenialReason::AllSeatsTaken),
        (5, "bert", 2, DenialReason::AboveMaximum),
        (6, "carl", 1, DenialReason::Excluded),
    ] {
        let decision = desk.ask(number, user, count);
        assert!(
            matches!(&decision, Decision::Denied(denial) if denial.reason == reason),
            "{user} {count}: {decision:?}"
        );
    }
    // Both wait within the limit; when the first has a seat the second is above it.
    desk.wait(7, "bert", 1);
    desk.wait(8, "bert", 1);
    desk.wait(9, "anna", 1);
    // Those seats were never anybody else's.
    desk.get(10, "boss", 2);
    desk.check_in(&out[0]);
    assert_eq!(
        desk.turns(),
        [(key(7), Ok(())), (key(8), Err(DenialReason::AboveMaximum))]
    );
    desk.check_in(&out[1]);
    assert_eq!(desk.turns(), [(key(9), Ok(()))]);
}

#[test]
fn a_line_of_a_thousand_is_served_in_order() {
    for dup_group in [
        DupGroup::None,
        DupGroup::Same {
            user: true,
            host: true,
            display: false,
            vendor_data: false,
        },
    ] {
        let pools = vec![pool("CAD", "1.0", dup_group, vec![increment(Some(3), 0)])];
        let mut desk = Desk::new(pools, SeatSettings::default());
        let lines = ["RESERVE 2 CAD USER boss".to_owned()];
        let rules = bind(&lines, &set(desk.pools.clone()), moment(0, 0).today);
        desk.ledger.replace_rules(rules);
        desk.get(0, "user0", 1);
        for number in 1..=1000 {
            assert_eq!(u64::from(desk.wait(number, &format!("user{number}"), 1)), number);
        }
        for number in 1..=1000 {
            assert!(desk.ledger.checkin(lease_id(number - 1), moment(0, 0)));
            assert_eq!(desk.turns(), [(key(number), Ok(()))]);
        }
        assert_eq!(desk.ledger.waiting(), 0);
    }
}

#[test]
fn one_address_or_token_takes_no_more_places_than_its_share() {
    let settings = SeatSettings {
        queue_places_per_caller: 3,
        ..SeatSettings::default()
    };
    let mut desk = Desk::new(cad(1), settings);
    desk.get(1, "anna", 1);
    let ask = |desk: &mut Desk, number: u64, address: &str, caller: &str| {
        let mut wanted = request(number, "cad", "", 1, holder(&format!("user{number}"), "desk"));
        wanted.queue = true;
        wanted.holder.address = Some(address.parse().unwrap());
        wanted.caller = caller.to_owned();
        desk.ledger.checkout(&wanted, lease_id(number), moment(0, 0))
    };
    for number in 10..13 {
        assert!(matches!(
            ask(&mut desk, number, "10.0.0.1", ""),
            Decision::Queued(_)
        ));
    }
    let refused = ask(&mut desk, 13, "10.0.0.1", "");
    assert!(
        matches!(&refused, Decision::Denied(denial) if denial.reason == DenialReason::AllSeatsTaken),
        "{refused:?}"
    );
    for number in 20..23 {
        let address = format!("10.0.1.{number}");
        assert!(matches!(
            ask(&mut desk, number, &address, "token a"),
            Decision::Queued(_)
        ));
    }
    assert!(matches!(
        ask(&mut desk, 23, "10.0.2.1", "token a"),
        Decision::Denied(_)
    ));
    assert!(matches!(
        ask(&mut desk, 24, "10.0.2.1", "token b"),
        Decision::Queued(_)
    ));
    // A place that is given up is free again.
    assert!(desk.ledger.give_up(&key(10), moment(0, 0)));
    assert!(matches!(ask(&mut desk, 14, "10.0.0.1", ""), Decision::Queued(_)));
}

#[test]
fn a_request_key_gives_nobody_else_a_share_in_the_seats() {
    let mut desk = Desk::new(cad(5), SeatSettings::default());
    desk.get(1, "anna", 1);
    let mut wanted = request(1, "cad", "", 1, holder("anna", "desk"));
    let original = wanted.clone();
    let changes: [fn(&mut CheckoutRequest); 4] = [
        |wanted| wanted.holder.user = "bert".to_owned(),
        |wanted| wanted.holder.host = "elsewhere".to_owned(),
        |wanted| wanted.holder.vendor_data = "device".to_owned(),
        |wanted| wanted.holder.product = "other 1.0".to_owned(),
    ];
    for change in changes {
        wanted = original.clone();
        change(&mut wanted);
        let refused = desk.ledger.checkout(&wanted, lease_id(9), moment(0, 0));
        assert!(
            matches!(&refused, Decision::Denied(denial) if denial.reason == DenialReason::RequestKeyInUse),
            "{refused:?}"
        );
    }
    assert_eq!(desk.ledger.len(), 1);
}
