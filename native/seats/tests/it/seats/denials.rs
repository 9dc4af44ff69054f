//! What is kept of refused requests.

use licensing_api::denial::{DenialReason, GetDenials};
use licensing_api::patterns::Patterns;
use licensing_license_file::license_file::DupGroup;
use licensing_seats::pool::Pool;
use licensing_seats::seat::{
    Change, DenialCount, DenialFilter, DenialRecord, DeniedRequest, Ledger, SeatSettings,
};

use super::support::{holder, increment, lease_id, moment, pool, request, set};

fn cad(count: u32) -> Vec<Pool> {
    vec![pool(
        "CAD",
        "1.0",
        DupGroup::None,
        vec![increment(Some(count), 0)],
    )]
}

struct Desk {
    ledger: Ledger,
    next: u64,
    ms: u64,
}

impl Desk {
    fn new(pools: Vec<Pool>) -> Self {
        Self {
            ledger: Ledger::new(SeatSettings::default(), set(pools), moment(0, 0)),
            next: 0,
            ms: 0,
        }
    }

    fn ask(&mut self, feature: &str, user: &str) -> Vec<Change> {
        self.next += 1;
        let request = request(self.next, feature, "", 1, holder(user, "desk"));
        self.ledger
            .checkout(&request, lease_id(self.next), moment(self.ms, 0));
        self.ledger.take_changes()
    }

    fn refused(&mut self, feature: &str, user: &str) -> DeniedRequest {
        match self.ask(feature, user).as_slice() {
            [Change::Denied(denied)] => denied.clone(),
            changes => panic!("{changes:?}"),
        }
    }
}

#[test]
fn the_same_refusal_within_a_minute_is_one_record() {
    let mut desk = Desk::new(cad(1));
    desk.ask("cad", "anna");
    let first = desk.refused("cad", "bert");
    let record = first.record.unwrap();
    assert_eq!((record.serial, first.stored.times), (1, 1));
    assert_eq!(record.denial.reason, DenialReason::AllSeatsTaken);
    assert_eq!((record.then.seats, record.then.holders), (1, 1));
    assert_eq!(record.then.named[0].user, "anna");

    desk.ms = 59_999;
    // The domain and case of a name make nobody else.
    let again = desk.refused("CAD", "DOM\\Bert");
    assert_eq!((again.stored.serial, again.stored.times), (1, 2));
    assert!(again.record.is_none());
    assert_eq!(again.holder.user, "DOM\\Bert");
    assert_eq!(desk.refused("cad", "carl").stored.serial, 2);
    assert_eq!(desk.refused("fem", "bert").stored.serial, 3);

    desk.ms = 60_000;
    let later = desk.refused("cad", "bert");
    assert_eq!((later.stored.serial, later.stored.times), (4, 1));
}

#[test]
fn a_grant_answers_all_earlier_refusals_of_the_feature() {
    let mut desk = Desk::new(cad(1));
    desk.ask("cad", "anna");
    desk.refused("cad", "bert");
    desk.refused("fem", "bert");
    desk.ms = 70_000;
    desk.refused("cad", "bert");
    desk.refused("cad", "carl");
    desk.ledger.checkin(lease_id(1), moment(desk.ms, 0));
    let granted: Vec<DenialCount> = desk
        .ask("cad", "bert")
        .into_iter()
        .filter_map(|change| match change {
            Change::GrantedLater(count) => Some(count),
            _ => None,
        })
        .collect();
    let at = Some(moment(70_000, 0).wall.as_millisecond());
    let found: Vec<_> = granted
        .iter()
        .map(|count| (count.serial, count.granted_ms))
        .collect();
    assert_eq!(found, [(1, at), (3, at)]);
}

#[test]
fn a_storm_of_made_up_names_makes_few_records() {
    let mut desk = Desk::new(cad(1));
    desk.ask("cad", "anna");
    let storm = |desk: &mut Desk| -> (usize, Vec<DenialRecord>) {
        let mut made = 0;
        let mut of_many = Vec::new();
        for number in 0..20_000 {
            let feature = if number % 2 == 0 {
                "cad".to_owned()
            } else {
                format!("f{number}")
            };
            let denied = desk.refused(&feature, &format!("user{}", desk.next));
            if let Some(record) = denied.record {
                made += 1;
                if record.holder.user.is_empty() {
                    of_many.push(*record);
                }
            }
        }
        (made, of_many)
    };
    let (made, of_many) = storm(&mut desk);
    assert!(made < 1_010, "{made}");
    let features: Vec<&str> = of_many.iter().map(|record| record.feature.as_str()).collect();
    assert_eq!(features, ["CAD", ""].map(str::to_lowercase));
    desk.ms = 30_000;
    let (made, _) = storm(&mut desk);
    assert!((600..610).contains(&made), "20 more each second: {made}");
}

#[test]
fn what_is_kept_outlives_a_restart() {
    let mut desk = Desk::new(cad(1));
    desk.ask("cad", "anna");
    let denied = desk.refused("cad", "bert");
    let mut after = Desk::new(cad(1));
    after.next = 100;
    after
        .ledger
        .restore_denial(denied.record.as_ref().unwrap(), denied.stored);
    let changes = after.ask("cad", "bert");
    assert!(
        changes
            .iter()
            .any(|change| matches!(change, Change::GrantedLater(count) if count.serial == 1)),
        "{changes:?}"
    );
    assert_eq!(after.refused("cad", "carl").stored.serial, 2);
}

#[test]
fn rows_are_found_by_feature_user_device_number_and_time() {
    let mut desk = Desk::new(cad(1));
    desk.ask("cad", "anna");
    let denied = desk.refused("cad", "bert");
    let finds = |request: GetDenials| {
        let filter = DenialFilter::new(&request);
        let record = denied.record.as_deref().cloned().unwrap();
        filter.row("ACME", record, denied.stored).is_some()
    };
    let some = |text: &str| Patterns::from(text);
    let all = GetDenials::default();
    assert!(finds(all.clone()));
    let at = moment(0, 0).wall;
    for (expected, request) in [
        (
            true,
            GetDenials {
                feature: some("C*"),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                feature: some("F*"),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                user: some("BERT"),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                user: some("anna"),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                device: some("d?sk"),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                device: some("d?k"),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                number: Some(-4),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                number: Some(4),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                number: Some(-5),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                since: Some(at),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                since: Some(moment(1, 0).wall),
                ..all.clone()
            },
        ),
        (
            true,
            GetDenials {
                vendor: some("acme"),
                ..all.clone()
            },
        ),
        (
            false,
            GetDenials {
                vendor: some("OTHER"),
                ..all.clone()
            },
        ),
    ] {
        assert_eq!(finds(request.clone()), expected, "{request:?}");
    }
}
