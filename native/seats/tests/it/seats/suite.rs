//! Suites: a seat of a component takes one of its package, and some keep the other components for its holder.

use std::collections::{BTreeMap, BTreeSet};

use licensing_api::denial::DenialReason;
use licensing_api::inventory::{GetInventory, SignatureState};
use licensing_api::usage::RevokeLeases;
use licensing_license_file::license_file::parse;
use licensing_seats::policy::PoolFacts;
use licensing_seats::pool::{InstalledFile, PoolSet};
use licensing_seats::seat::{
    Change, Decision, Holder, LeaseRecord, Ledger, RevokeFilter, SeatRules, SeatSettings,
};
use proptest::prelude::*;

use super::rules::policy;
use super::support::{FIRST_DAY, holder, lease_id, moment, request};
use crate::pools::{build, file};

/// A ledger over license lines without bursts, and what a store would hold of it.
struct Desk {
    ledger: Ledger,
    text: String,
    pools: PoolSet,
    stored: BTreeMap<u64, LeaseRecord>,
    next: u64,
    /// Whether requests wait when they cannot be served.
    patient: bool,
}

fn settings() -> SeatSettings {
    SeatSettings {
        burst: None,
        ..SeatSettings::default()
    }
}

impl Desk {
    fn new(lines: &str) -> Self {
        let text = file(lines);
        let pools = build(&[&text]);
        Self {
            text,
            ledger: Ledger::new(settings(), pools.clone(), moment(0, 0)),
            pools,
            stored: BTreeMap::new(),
            next: 0,
            patient: false,
        }
    }

    fn options(&mut self, lines: &[&str]) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let file = parse(self.text.as_bytes());
        let signatures = vec![Some(SignatureState::Valid); file.lines.len()];
        let files = [InstalledFile {
            name: "1.lic",
            file: &file,
            signatures: &signatures,
        }];
        let facts = PoolFacts::of(&self.pools, &files, FIRST_DAY);
        let (rules, _) = SeatRules::bind(policy(&lines), &self.pools, &facts);
        self.ledger.replace_rules(rules);
    }

    fn ask(&mut self, feature: &str, count: u32, holder: Holder) -> Result<u64, DenialReason> {
        self.next += 1;
        let mut request = request(self.next, feature, "", count, holder);
        request.queue = self.patient;
        let decision = self.ledger.checkout(&request, lease_id(self.next), moment(0, 0));
        self.store();
        match decision {
            Decision::Granted(_) => Ok(self.next),
            Decision::Denied(denial) => Err(denial.reason),
            Decision::Queued(_) => Err(DenialReason::Queued),
            other => panic!("{other:?}"),
        }
    }

    /// Requests whose waiting has ended with a lease.
    fn turns(&mut self) -> Vec<u64> {
        let turns = self.ledger.take_turns(moment(0, 0));
        self.store();
        let granted = turns
            .into_iter()
            .filter(|turn| matches!(turn.decision, Decision::Granted(_)));
        // Request and lease have the same bytes.
        granted
            .map(|turn| u64::from_be_bytes(turn.request_key.as_bytes()[..8].try_into().unwrap()))
            .collect()
    }

    fn get(&mut self, feature: &str, user: &str) -> Result<u64, DenialReason> {
        self.ask(feature, 1, holder(user, "pc"))
    }

    fn give_back(&mut self, lease: u64) {
        assert!(self.ledger.checkin(lease_id(lease), moment(0, 0)));
        self.store();
    }

    fn store(&mut self) {
        for change in self.ledger.take_changes() {
            match change {
                Change::Opened { record, .. } => {
                    self.stored.insert(record.serial, record);
                }
                Change::Closed(closed) => {
                    self.stored.remove(&closed.record.serial);
                }
                _ => {}
            }
        }
    }

    /// The process ends and starts again, with other license lines if there are any.
    fn restart(&mut self, lines: Option<&str>) {
        let identities: BTreeMap<_, _> = self
            .pools
            .pools
            .iter()
            .map(|pool| (pool.identity.id(), pool.identity.clone()))
            .collect();
        let pools = lines.map_or_else(|| self.pools.clone(), |lines| build(&[&file(lines)]));
        self.ledger = Ledger::new(settings(), pools, moment(0, 0));
        for record in self.stored.values() {
            self.ledger
                .restore(record.clone(), &identities[&record.pool], moment(0, 0))
                .unwrap();
        }
    }

    /// Seats in use, set aside and free of a feature's only pool.
    fn figures(&self, feature: &str) -> (u32, u32, u32) {
        let filter = GetInventory {
            feature: feature.into(),
            ..GetInventory::default()
        };
        let rows = self.ledger.inventory(&filter, moment(0, 0));
        let [row] = &rows[..] else { panic!("{rows:?}") };
        (row.licenses_in_use, row.reserved, row.free.unwrap())
    }
}

const SUITE: &str = "INCREMENT office ACME 3.0 permanent 2 DUP_GROUP=UH SUITE_DUP_GROUP=U\n\
    PACKAGE office ACME 3.0 COMPONENTS=\"text calc\" OPTIONS=SUITE\n";

#[test]
fn a_component_takes_a_seat_of_the_package_that_others_of_the_user_share() {
    let mut desk = Desk::new(SUITE);
    let ann_text = desk.ask("text", 1, holder("ann", "pc1")).unwrap();
    let ann_calc = desk.ask("calc", 1, holder("ann", "pc2")).unwrap();
    assert_eq!(
        desk.figures("office"),
        (1, 0, 1),
        "one seat of the suite for both"
    );
    assert_eq!((desk.figures("text").0, desk.figures("calc").0), (1, 1));
    desk.get("calc", "ben").unwrap();
    assert_eq!(desk.figures("office"), (2, 0, 0));
    assert_eq!(
        desk.figures("text").2,
        0,
        "one is there, but no seat of the suite"
    );
    assert_eq!(desk.get("text", "cleo"), Err(DenialReason::AllSeatsTaken));
    desk.get("text", "ben").unwrap();
    desk.give_back(ann_text);
    assert_eq!(desk.figures("office").0, 2, "calc still holds the seat");
    desk.give_back(ann_calc);
    assert_eq!(desk.figures("office"), (1, 0, 1));
    desk.get("calc", "cleo").unwrap();
}

#[test]
fn without_a_group_every_component_takes_a_seat_of_the_package() {
    let mut desk = Desk::new(
        "INCREMENT office ACME 3.0 permanent 3\nPACKAGE office ACME 3.0 COMPONENTS=\"text calc\" OPTIONS=SUITE\n",
    );
    desk.get("text", "ann").unwrap();
    let two = desk.ask("calc", 2, holder("ann", "pc")).unwrap();
    assert_eq!(desk.figures("office"), (3, 0, 0));
    assert_eq!(desk.get("calc", "ann"), Err(DenialReason::AllSeatsTaken));
    desk.give_back(two);
    assert_eq!(desk.figures("office"), (1, 0, 2));
}

#[test]
fn the_package_itself_can_be_checked_out_and_shares_its_seat_with_the_components() {
    let mut desk = Desk::new(SUITE);
    let whole = desk.get("office", "ann").unwrap();
    desk.get("text", "ann").unwrap();
    assert_eq!(desk.figures("office").0, 1);
    desk.give_back(whole);
    assert_eq!(desk.figures("office").0, 1);
}

#[test]
fn a_suite_that_is_out_goes_before_seats_of_their_own_which_go_before_a_new_suite() {
    let alone = format!("INCREMENT text ACME 3.0 permanent 1\n{SUITE}");
    let mut desk = Desk::new(&alone);
    desk.get("calc", "ann").unwrap();
    let filter = GetInventory::default();
    let used = |desk: &Desk, suite: bool| -> u32 {
        let rows = desk.ledger.inventory(&filter, moment(0, 0));
        let texts = rows.iter().filter(|row| row.feature == "text");
        let of = |row: &&licensing_api::inventory::InventoryRow| (row.licenses_available == 2) == suite;
        texts.filter(of).map(|row| row.licenses_in_use).sum()
    };
    desk.get("text", "ann").unwrap();
    assert_eq!((used(&desk, false), used(&desk, true)), (0, 1));
    desk.get("text", "ben").unwrap();
    assert_eq!((used(&desk, false), used(&desk, true)), (1, 1));
    assert_eq!(desk.figures("office").0, 1);
}

#[test]
fn overdraft_of_the_enabling_line_holds_for_package_and_components() {
    let lines = SUITE.replace("DUP_GROUP=UH", "OVERDRAFT=1 DUP_GROUP=UH");
    let mut desk = Desk::new(&lines);
    for user in ["ann", "ben", "cleo"] {
        desk.get("text", user).unwrap();
    }
    assert_eq!(desk.get("calc", "dora"), Err(DenialReason::AllSeatsTaken));
    desk.get("calc", "cleo").unwrap();
}

const RESERVED: &str = "INCREMENT office ACME 3.0 permanent 2 SUITE_DUP_GROUP=U\n\
    PACKAGE office ACME 3.0 COMPONENTS=\"text calc\" OPTIONS=SUITE_RESERVED\n";

#[test]
fn the_other_components_are_kept_for_the_holder_of_one() {
    let mut desk = Desk::new(RESERVED);
    desk.get("text", "ann").unwrap();
    assert_eq!(desk.figures("calc"), (0, 1, 1));
    // Every session takes a seat of its own: ben's second one would be ann's.
    desk.get("calc", "ben").unwrap();
    assert_eq!(desk.figures("calc"), (1, 1, 0));
    assert_eq!(desk.get("calc", "ben"), Err(DenialReason::AllReserved));
    desk.get("calc", "ann").unwrap();
    assert_eq!(desk.figures("calc"), (2, 0, 0));
}

#[test]
fn nobody_begins_a_reserved_suite_whose_other_components_are_out() {
    let mut desk = Desk::new(RESERVED);
    desk.get("calc", "ann").unwrap();
    let second = desk.get("calc", "ann").unwrap();
    assert_eq!(desk.figures("office").0, 1);
    assert_eq!(
        desk.get("text", "ben"),
        Err(DenialReason::AllReserved),
        "calc has none left"
    );
    assert_eq!(desk.get("office", "ben"), Err(DenialReason::AllReserved));
    desk.give_back(second);
    desk.get("text", "ben").unwrap();
}

#[test]
fn a_reserved_suite_is_not_borrowed_in_parts_nor_reserved_by_the_options_file() {
    let lines = RESERVED.replace("SUITE_DUP", "BORROW SUITE_DUP");
    let mut desk = Desk::new(&lines);
    let mut borrow = request(1, "text", "", 1, holder("ann", "pc"));
    borrow.borrow_seconds = 3600;
    let denied = desk.ledger.checkout(&borrow, lease_id(1), moment(0, 0));
    assert!(
        matches!(&denied, Decision::Denied(denial) if denial.reason == DenialReason::ComponentNotBorrowable),
        "{denied:?}"
    );
    desk.options(&["RESERVE 2 text USER ann", "RESERVE 2 office USER ann"]);
    assert_eq!(desk.figures("text"), (0, 0, 2));
    assert_eq!(desk.figures("office"), (0, 0, 2));
    desk.get("text", "ben").unwrap();
}

#[test]
fn a_borrowed_component_takes_the_package_along() {
    let lines = SUITE.replace("permanent 2", "permanent 3 BORROW");
    let mut desk = Desk::new(&lines);
    desk.options(&["BORROW_LOWWATER office 1"]);
    let mut borrow = |feature: &str, user: &str| {
        desk.next += 1;
        let mut wanted = request(desk.next, feature, "", 1, holder(user, "pc"));
        wanted.borrow_seconds = 3600;
        let decision = desk.ledger.checkout(&wanted, lease_id(desk.next), moment(0, 0));
        match decision {
            Decision::Granted(_) => Ok(desk.next),
            Decision::Denied(denial) => Err(denial.reason),
            other => panic!("{other:?}"),
        }
    };
    let ann = borrow("text", "ann").unwrap();
    borrow("calc", "ann").unwrap();
    borrow("calc", "ben").unwrap();
    assert_eq!(
        borrow("text", "cleo"),
        Err(DenialReason::NotBorrowable),
        "text has seats to lend, the package has not"
    );
    let borrowed = |desk: &Desk| {
        let filter = GetInventory {
            feature: "office".into(),
            ..GetInventory::default()
        };
        desk.ledger.inventory(&filter, moment(0, 0))[0].borrowed
    };
    desk.store();
    assert_eq!(borrowed(&desk), 2);
    desk.restart(None);
    assert_eq!(borrowed(&desk), 2);
    desk.give_back(ann);
    assert_eq!(borrowed(&desk), 2, "calc is borrowed still");
    desk.give_back(ann + 1);
    assert_eq!(borrowed(&desk), 1);
}

#[test]
fn who_waits_for_a_component_gets_it_when_a_seat_of_the_package_comes_back() {
    for lines in [SUITE, RESERVED] {
        let mut desk = Desk::new(lines);
        desk.get("calc", "ann").unwrap();
        let ben = desk.get("calc", "ben").unwrap();
        let mut wait = request(90, "text", "", 1, holder("cleo", "pc"));
        wait.queue = true;
        let waits = desk.ledger.checkout(&wait, lease_id(90), moment(0, 0));
        assert!(
            matches!(&waits, Decision::Queued(place) if place.position == 1),
            "{waits:?}"
        );
        // Others get no seat of the package before, whatever component they want; its holders do.
        assert!(desk.get("draw", "dora").is_err());
        desk.get("text", "ann").unwrap();
        desk.give_back(ben);
        let turns = desk.ledger.take_turns(moment(0, 0));
        assert!(
            matches!(&turns[..], [turn] if matches!(turn.decision, Decision::Granted(_))),
            "{turns:?}"
        );
        assert_eq!(desk.figures("office").0, 2);
    }
}

#[test]
fn holders_of_components_are_those_of_the_package() {
    let mut desk = Desk::new(&format!("{SUITE}INCREMENT other ACME 1.0 permanent 1\n"));
    desk.get("text", "ann").unwrap();
    desk.get("calc", "ben").unwrap();
    desk.get("other", "cleo").unwrap();
    let revoke = RevokeLeases {
        feature: "office".into(),
        ..RevokeLeases::default()
    };
    let filter = RevokeFilter::new(&revoke).unwrap();
    let mut users: Vec<String> = desk
        .ledger
        .revoke(&filter, moment(0, 0))
        .into_iter()
        .map(|row| row.user)
        .collect();
    users.sort();
    assert_eq!(users, ["ann", "ben"]);
    assert_eq!(desk.figures("office").0, 0);
}

#[test]
fn reservations_of_a_suite_s_package_hold_for_its_components() {
    let mut desk = Desk::new(SUITE);
    desk.options(&["RESERVE 1 office USER ann"]);
    desk.get("text", "ben").unwrap();
    assert_eq!(desk.get("calc", "cleo"), Err(DenialReason::AllReserved));
    let ann = desk.get("calc", "ann").unwrap();
    assert_eq!(desk.figures("office"), (2, 0, 0));
    desk.give_back(ann);
    assert_eq!(desk.figures("office"), (1, 1, 0));
    // Read again, the same seats are counted out again.
    desk.get("calc", "ann").unwrap();
    desk.options(&["RESERVE 1 office USER ann"]);
    assert_eq!(desk.figures("office"), (2, 0, 0));
}

#[test]
fn a_reservation_of_a_package_is_one_of_each_component() {
    let mut desk = Desk::new(
        "INCREMENT parts ACME 3.0 permanent 2\nPACKAGE parts ACME 3.0 COMPONENTS=\"bolt:1.0 nut:9.0\"\n",
    );
    desk.options(&["RESERVE 1 parts USER ann"]);
    for component in ["bolt", "nut"] {
        assert_eq!(desk.figures(component), (0, 1, 1));
        desk.get(component, "ben").unwrap();
        assert_eq!(desk.get(component, "ben"), Err(DenialReason::AllReserved));
        desk.get(component, "ann").unwrap();
    }
}

#[test]
fn a_package_that_is_assigned_to_users_is_assigned_by_its_components() {
    let mut desk = Desk::new(
        "INCREMENT OFF_ENT_UD ACME 3.0 permanent 1\n\
         PACKAGE OFF_ENT_UD ACME 3.0 COMPONENTS=\"text calc\" OPTIONS=SUITE\n",
    );
    let ann = desk.ask("text", 1, holder("ann", "pc1")).unwrap();
    assert_eq!(desk.figures("OFF_ENT_UD").0, 1);
    desk.give_back(ann);
    assert_eq!(desk.figures("OFF_ENT_UD").0, 1, "it stays assigned");
    assert_eq!(
        desk.ask("calc", 1, holder("ben", "pc2")),
        Err(DenialReason::AllSeatsTaken)
    );
    desk.ask("calc", 1, holder("ann", "pc3")).unwrap();
}

#[test]
fn seats_of_a_suite_that_is_gone_stay_counted_until_they_are_given_back() {
    for lines in [SUITE, RESERVED] {
        let mut desk = Desk::new(lines);
        let ann = desk.get("text", "ann").unwrap();
        let also_ann = desk.get("calc", "ann").unwrap();
        desk.ledger.replace_pools(PoolSet::default(), moment(0, 0));
        assert_eq!(desk.get("text", "ann"), Err(DenialReason::FeatureRemoved));
        assert_eq!(desk.figures("office").0, 1);
        desk.restart(Some("INCREMENT other ACME 1.0 permanent 1\n"));
        assert_eq!((desk.figures("office").0, desk.figures("calc").0), (1, 1));
        desk.give_back(ann);
        desk.give_back(also_ann);
        assert!(
            desk.ledger
                .inventory(&GetInventory::default(), moment(0, 0))
                .len()
                == 1
        );
        // And back again while nobody holds any.
        desk.ledger.replace_pools(desk.pools.clone(), moment(0, 0));
        desk.get("text", "ben").unwrap();
        assert_eq!(desk.figures("office").0, 1);
    }
}

#[test]
fn upgraded_seats_that_are_out_stay_out_without_the_upgrade() {
    let base = "INCREMENT cad ACME 1.0 permanent 5\n";
    let mut desk = Desk::new(&format!("{base}UPGRADE cad ACME 1.0 2.0 permanent 2\n"));
    let lease = {
        desk.next += 1;
        let wanted = request(desk.next, "cad", "2.0", 1, holder("ann", "pc"));
        desk.ledger.checkout(&wanted, lease_id(desk.next), moment(0, 0));
        desk.store();
        desk.next
    };
    desk.ledger.replace_pools(build(&[&file(base)]), moment(0, 0));
    let rows = desk.ledger.inventory(&GetInventory::default(), moment(0, 0));
    let seats: Vec<_> = rows
        .iter()
        .map(|row| (row.version.as_str(), row.licenses_available, row.licenses_in_use))
        .collect();
    assert_eq!(seats, [("1.0", 5, 0), ("2.0", 0, 1)]);
    desk.restart(Some(base));
    desk.give_back(lease);
}

#[derive(Debug, Clone)]
enum Step {
    Take {
        feature: usize,
        count: u32,
        user: &'static str,
        host: &'static str,
    },
    GiveBack(prop::sample::Index),
    /// Whether requests wait from now on when they cannot be served.
    Patience(bool),
    Restart,
}

const FEATURES: [&str; 4] = ["text", "calc", "draw", "office"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let take = (
        0..FEATURES.len(),
        1u32..3,
        prop::sample::select(vec!["ann", "ben", "cleo", "dora"]),
        prop::sample::select(vec!["pc1", "pc2"]),
    )
        .prop_map(|(feature, count, user, host)| Step::Take {
            feature,
            count,
            user,
            host,
        });
    let step = prop_oneof![
        8 => take,
        4 => any::<prop::sample::Index>().prop_map(Step::GiveBack),
        1 => any::<bool>().prop_map(Step::Patience),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..80)
}

/// A seat that is out: feature, seats, user, host.
type Out = (usize, u32, &'static str, &'static str);

/// Who shares a seat, by the letters of a DUP_GROUP.
fn group(letters: &str, lease: u64, out: &Out) -> String {
    match letters {
        "NONE" => lease.to_string(),
        "SITE" => String::new(),
        _ => {
            let user = if letters.contains('U') { out.2 } else { "" };
            let host = if letters.contains('H') { out.3 } else { "" };
            format!("{user}/{host}")
        }
    }
}

/// Seats of groups: each as many as its largest member has.
fn seats_of<'a>(letters: &str, outs: impl Iterator<Item = (&'a u64, &'a Out)>) -> BTreeMap<String, u32> {
    let mut seats = BTreeMap::new();
    for (lease, out) in outs {
        let of = seats.entry(group(letters, *lease, out)).or_insert(0);
        *of = out.1.max(*of);
    }
    seats
}

fn total(seats: &BTreeMap<String, u32>) -> u32 {
    seats.values().sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens and whoever waits, as many seats are out as who holds them says, never more than there are, and what
    /// is reserved is there.
    #[test]
    fn suites_count_by_who_holds_what(
        bought in 1u32..5,
        dup in prop::sample::select(vec!["NONE", "U", "H", "UH", "SITE"]),
        suite_dup in prop::sample::select(vec!["U", "H", "UH", "SITE", "NONE"]),
        reserved in any::<bool>(),
        steps in steps(),
    ) {
        let option = if reserved { "SUITE_RESERVED" } else { "SUITE" };
        let mut desk = Desk::new(&format!(
            "INCREMENT office ACME 3.0 permanent {bought} DUP_GROUP={dup} SUITE_DUP_GROUP={suite_dup}\n\
             PACKAGE office ACME 3.0 COMPONENTS=\"text calc draw\" OPTIONS={option}\n"
        ));
        let shared = if reserved && suite_dup == "NONE" { "U" } else { suite_dup };
        let mut outs: BTreeMap<u64, Out> = BTreeMap::new();
        let mut waiting: BTreeMap<u64, Out> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Take { feature, count, user, host } => {
                    let out = (feature, count, user, host);
                    match desk.ask(FEATURES[feature], count, holder(user, host)) {
                        Ok(lease) => {
                            outs.insert(lease, out);
                        }
                        Err(DenialReason::Queued) => {
                            waiting.insert(desk.next, out);
                        }
                        Err(_) => {}
                    }
                }
                Step::Patience(patient) => desk.patient = patient,
                Step::GiveBack(index) if !outs.is_empty() => {
                    let lease = *index.get(&outs.keys().copied().collect::<Vec<_>>());
                    outs.remove(&lease);
                    desk.give_back(lease);
                }
                Step::GiveBack(_) => {}
                Step::Restart => {
                    desk.restart(None);
                    waiting.clear();
                }
            }
            for lease in desk.turns() {
                outs.insert(lease, waiting.remove(&lease).unwrap());
            }
            let package = seats_of(shared, outs.iter());
            prop_assert_eq!(desk.figures("office").0, total(&package));
            prop_assert!(total(&package) <= bought);
            for (index, feature) in FEATURES.iter().enumerate().take(3) {
                let of = || outs.iter().filter(|(_, out)| out.0 == index);
                // With SUITE_RESERVED, only those share who share a seat of the package.
                let mut apart: BTreeMap<String, Vec<(u64, Out)>> = BTreeMap::new();
                for (lease, out) in of() {
                    let who = if reserved { group(shared, *lease, out) } else { String::new() };
                    apart.entry(who).or_default().push((*lease, *out));
                }
                let in_use: u32 = apart
                    .values()
                    .map(|outs| total(&seats_of(dup, outs.iter().map(|(lease, out)| (lease, out)))))
                    .sum();
                // Of each holder of the package, what of this component is not taken yet.
                let taken = seats_of(shared, of());
                let idle: u32 = package
                    .iter()
                    .map(|(who, seats)| seats - taken.get(who).copied().unwrap_or(0))
                    .sum();
                let idle = if reserved { idle } else { 0 };
                let (shown, set_aside, free) = desk.figures(feature);
                prop_assert_eq!((shown, set_aside), (in_use, idle), "{}", feature);
                prop_assert!(in_use + idle <= bought, "{}: {} out, {} reserved", feature, in_use, idle);
                prop_assert_eq!(free, (bought - in_use - idle).min(bought - total(&package)));
            }
            if reserved {
                promise_holds(&mut desk, &outs, shared)?;
            }
        }
    }
}

/// Who holds a component gets each other one.
fn promise_holds(desk: &mut Desk, outs: &BTreeMap<u64, Out>, shared: &str) -> Result<(), TestCaseError> {
    let patient = std::mem::take(&mut desk.patient);
    let holders: BTreeSet<(&str, &str)> = outs.values().map(|out| (out.2, out.3)).collect();
    for (user, host) in holders {
        let who = (0, 1, user, host);
        let same = |lease: &u64, out: &Out| group(shared, *lease, out) == group(shared, *lease, &who);
        for (index, feature) in FEATURES.iter().enumerate().take(3) {
            let has = outs.iter().any(|(lease, out)| out.0 == index && same(lease, out));
            if !has {
                let lease = desk.ask(feature, 1, holder(user, host));
                prop_assert!(lease.is_ok(), "{} for {}@{}: {:?}", feature, user, host, lease);
                desk.give_back(lease.unwrap_or_default());
            }
        }
    }
    desk.patient = patient;
    Ok(())
}
