//! Orders, sessions and allocations, without a port.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Barrier};

use jiff::{SignedDuration, Timestamp};
use licensing_api::fulfilment::{GetInsightAllocations, GetInsightOrders, NewInsightOrder};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Permission};
use licensing_insight::fulfilment::Fulfilment;
use licensing_insight::fulfilment::issuers::Issuers;
use licensing_insight::fulfilment::store::FulfilmentStore;
use licensing_license_file::license_file::parse;
use licensing_management::exchange::{
    AccessCode, AllocationAnswer, AllocationRequest, Asker, EntitlementQuery, ReturnProof, Right,
    SignedDocument as _, Wanted,
};
use licensing_management::id::{AllocationRequestId, ServerGuid};
use licensing_management::key::ManagementKey;
use licensing_seats::audit::AuditField;
use proptest::prelude::*;

use crate::support::{Backend, Program, on_both};

const SESSION: SignedDuration = SignedDuration::from_mins(15);

/// One on a new database.
fn open(folder: &Path, backend: &Backend) -> Fulfilment {
    over(backend.orders(folder).open().unwrap(), folder)
}

/// One over a store, with an issuer in this folder.
pub(crate) fn over(store: Arc<dyn FulfilmentStore>, folder: &Path) -> Fulfilment {
    let issuers = Issuers::new(folder.join("issuers"));
    if issuers.all().unwrap().is_empty() {
        issuers.make("Acme Vendor", &["ACME".to_owned()]).unwrap();
    }
    let key = ManagementKey::from_seed(&[9; 32].into());
    Fulfilment::new(store, issuers, key, SESSION)
}

/// Loads the order SO-1 of so many seats.
pub(crate) fn load(fulfilment: &Fulfilment, count: u32) -> AccessCode {
    load_bound(fulfilment, count, "HOSTNAME")
}

fn load_bound(fulfilment: &Fulfilment, count: u32, bind: &str) -> AccessCode {
    let text = format!(
        "order_number = 'SO-1'\ncustomer = 'Example Ltd'\nvendor = 'ACME'\n[[entitlements]]\nproduct = 'CAD'\n\
         bind = '{bind}'\ncount = {count}\nexpires = 'permanent'\n[[entitlements.grants]]\nfeature = 'CAD'\n\
         version = '2.0'\n"
    );
    let loaded = fulfilment.load(&text, "operator", Timestamp::now()).unwrap();
    AccessCode::parse(loaded.access_code.expose()).unwrap()
}

/// A license server.
pub(crate) struct Site {
    guid: ServerGuid,
    key: ManagementKey,
}

impl Site {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            guid: ServerGuid::from_random([number; 16]),
            key: ManagementKey::from_seed(&[number; 32].into()),
        }
    }

    fn asker(&self) -> Asker<'_> {
        Asker {
            server_guid: self.guid,
            key: &self.key,
            now: Timestamp::now(),
        }
    }

    pub(crate) fn session(&self, fulfilment: &Fulfilment, code: &AccessCode, now: Timestamp) -> String {
        let query = EntitlementQuery::new(self.asker(), "ls01", code).unwrap();
        let rows = fulfilment.entitlements(&query.to_text().unwrap(), now).unwrap();
        rows[0].session_id.clone()
    }

    pub(crate) fn request(&self, id: u8, session: &str, count: u32) -> String {
        self.request_bound(id, session, count, ("HOSTNAME", "ls01"))
    }

    fn request_bound(&self, id: u8, session: &str, count: u32, (kind, value): (&str, &str)) -> String {
        let wanted = Wanted {
            entitlement_id: "SO-1-1".to_owned(),
            count,
            host_id_type: None,
            host_ids: vec![(kind.to_owned(), value.to_owned())],
        };
        let right = Right::Session {
            id: session.to_owned(),
        };
        let request_id = AllocationRequestId::from_random([id; 16]);
        AllocationRequest::new(self.asker(), request_id, right, wanted, None)
            .unwrap()
            .to_text()
            .unwrap()
    }

    pub(crate) fn proof(&self, allocation: &str) -> String {
        ReturnProof::new(self.asker(), allocation, None)
            .unwrap()
            .to_text()
            .unwrap()
    }
}

fn a_license_file_is_bound_to_the_host_and_has_the_seats_that_were_asked_for(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
    let session = site.session(&fulfilment, &code, now);
    let answer = fulfilment.allocate(&site.request(1, &session, 4), now).unwrap();
    let answer = AllocationAnswer::read(&answer.document).unwrap();
    let file = parse(answer.allocated.license_file.as_bytes());
    let (_, increment) = file.increments().next().unwrap();
    assert_eq!(increment.license.count.value, Some(4));
    assert_eq!(
        increment.license.terms.serial_number.as_deref(),
        Some(answer.allocated.serial_number.as_str())
    );
    assert!(answer.allocated.license_file.contains("HOSTNAME=ls01"));
    assert!(answer.allocated.license_file.contains("LSIGN="));
}

fn a_host_id_that_is_not_that_of_one_machine_is_never_signed(backend: &Backend) {
    let long = "x".repeat(256);
    for (kind, fits, others) in [
        (
            "HOSTNAME",
            "ls01.example.test",
            vec![
                "",
                "*",
                "ls01 27000",
                "ls01\nINCREMENT CAD ACME 2.0 permanent 9999",
                "ls01#",
                "\"ls01\"",
                long.as_str(),
            ],
        ),
        (
            "ETHERNET",
            "02aa00000001",
            vec!["ANY", "DEMO", "HOSTNAME=ls01", "02aa0000000"],
        ),
        ("INTERNET", "192.0.2.7", vec!["*.*.*.*", "192.0.2.*", "ANY"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let fulfilment = open(folder.path(), backend);
        let (code, site, now) = (load_bound(&fulfilment, 10, kind), Site::new(1), Timestamp::now());
        let session = site.session(&fulfilment, &code, now);
        for value in others {
            let request = site.request_bound(1, &session, 1, (kind, value));
            let refused = fulfilment.allocate(&request, now).unwrap_err();
            assert_eq!(
                (refused.code, refused.target.as_str()),
                (ErrorCode::InvalidRequest, "hostId"),
                "{kind} {value}"
            );
        }
        let request = site.request_bound(1, &session, 1, (kind, fits));
        assert!(fulfilment.allocate(&request, now).is_ok(), "{kind}");
    }
}

fn a_session_ends_and_belongs_to_the_server_that_opened_it(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
    let session = site.session(&fulfilment, &code, now);
    let failed = |document: &str, at: Timestamp| fulfilment.allocate(document, at).unwrap_err().code;
    assert_eq!(
        failed(
            &site.request(1, &session, 1),
            now + SESSION + SignedDuration::from_secs(1)
        ),
        ErrorCode::SessionExpired
    );
    assert_eq!(
        failed(&Site::new(2).request(2, &session, 1), now),
        ErrorCode::InvalidSession
    );
    assert_eq!(
        failed(&site.request(3, "SES-0", 1), now),
        ErrorCode::InvalidSession
    );
    assert_eq!(
        failed(&site.request(4, &session, 0), now),
        ErrorCode::InvalidCount
    );
    assert_eq!(
        failed(&site.request(5, &session, 11), now),
        ErrorCode::InvalidCount
    );
    assert_eq!(
        failed(
            &site.request(6, &session, 1).replace("\"count\":1", "\"count\":2"),
            now
        ),
        ErrorCode::SignatureNotValid
    );
    assert_eq!(failed("{}", now), ErrorCode::InvalidRequest);
}

fn an_order_has_a_bounded_number_of_sessions(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
    let first = site.session(&fulfilment, &code, now);
    let mut last = String::new();
    for second in 1..=200 {
        last = site.session(&fulfilment, &code, now + SignedDuration::from_secs(second));
    }
    let gone = fulfilment.allocate(&site.request(1, &first, 1), now).unwrap_err();
    assert_eq!(gone.code, ErrorCode::InvalidSession);
    assert!(fulfilment.allocate(&site.request(2, &last, 1), now).is_ok());
}

fn a_wrong_access_code_and_an_unknown_one_look_the_same(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site) = (load(&fulfilment, 10), Site::new(1));
    let same_id = format!("LA-{}-00000-00000-00000-00000", code.id());
    for text in [same_id.as_str(), "LA-00000-00000-00000-00000-00000"] {
        let query = EntitlementQuery::new(site.asker(), "ls01", &AccessCode::parse(text).unwrap()).unwrap();
        let problem = fulfilment
            .entitlements(&query.to_text().unwrap(), Timestamp::now())
            .unwrap_err();
        assert_eq!(problem.code, ErrorCode::UserNotFound);
        assert_eq!(problem.detail, "No order has this access code.");
    }
}

fn only_the_server_that_has_the_seats_returns_them_and_only_once(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
    let session = site.session(&fulfilment, &code, now);
    let allocation = fulfilment
        .allocate(&site.request(1, &session, 4), now)
        .unwrap()
        .fulfillment_id;
    let other = fulfilment
        .take_back(&Site::new(2).proof(&allocation), now)
        .unwrap_err();
    assert_eq!(other.code, ErrorCode::AllocationNotFound);
    for _ in 0..2 {
        let back = fulfilment.take_back(&site.proof(&allocation), now).unwrap();
        assert_eq!((back.count, back.licenses_available), (4, 10));
    }
    // Another server gets them then.
    let other = Site::new(2);
    let session = other.session(&fulfilment, &code, now);
    assert!(fulfilment.allocate(&other.request(2, &session, 10), now).is_ok());
}

fn orders_allocations_and_returns_are_in_the_audit_with_who_asked_for_them(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
    let session = site.session(&fulfilment, &code, now);
    let id = fulfilment
        .allocate(&site.request(1, &session, 4), now)
        .unwrap()
        .fulfillment_id;
    // What is repeated or refused changes nothing, and has no record.
    fulfilment.allocate(&site.request(1, &session, 4), now).unwrap();
    fulfilment
        .allocate(&site.request(2, &session, 11), now)
        .unwrap_err();
    for _ in 0..2 {
        fulfilment.take_back(&site.proof(&id), now).unwrap();
    }
    let server = site.guid.to_string();
    let records = fulfilment.store().audit(100).unwrap();
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            let text = |field| record.text(field).unwrap_or_default();
            (
                text(AuditField::Operation),
                text(AuditField::Target),
                text(AuditField::Actor),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("FulfilReturn", id.as_str(), server.as_str()),
            ("FulfilAllocation", id.as_str(), server.as_str()),
            ("NewInsightOrder", "SO-1", "operator"),
        ]
    );
    let detail = records[1].text(AuditField::Detail).unwrap();
    assert!(
        detail.contains("\"count\":4") && detail.contains("HOSTNAME=ls01"),
        "{detail}"
    );
    assert!(!detail.contains(&code.reveal()));
    assert_eq!(fulfilment.store().verify_audit().unwrap(), 3);
}

#[test]
fn an_audit_that_was_changed_or_cut_off_is_found() {
    for change in [
        "UPDATE audit SET body = zeroblob(60) WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 2",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let fulfilment = open(folder.path(), &Backend::sqlite());
        let (code, site, now) = (load(&fulfilment, 10), Site::new(1), Timestamp::now());
        let session = site.session(&fulfilment, &code, now);
        fulfilment.allocate(&site.request(1, &session, 4), now).unwrap();
        let database = rusqlite::Connection::open(folder.path().join("fulfilment.db")).unwrap();
        assert_eq!(database.execute(change, []).unwrap(), 1, "{change}");
        let error = fulfilment.store().verify_audit().unwrap_err();
        assert!(error.to_string().contains("audit record"), "{change}: {error}");
    }
}

fn an_order_of_which_no_license_file_can_be_made_is_refused(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let fulfilment = open(folder.path(), backend);
    let head = "order_number = 'SO-1'\ncustomer = 'Example Ltd'\n";
    let body = "[[entitlements]]\nproduct = 'CAD'\nexpires = 'permanent'\n";
    for text in [
        format!(
            "{head}vendor = 'OTHER'\n{body}count = 1\n[[entitlements.grants]]\nfeature = 'CAD'\nversion = '1'\n"
        ),
        format!(
            "{head}vendor = 'ACME'\n{body}count = 0\n[[entitlements.grants]]\nfeature = 'CAD'\nversion = '1'\n"
        ),
        format!("{head}vendor = 'ACME'\n{body}count = 1\n[[entitlements.grants]]\nfeature = 'CAD'\n"),
        format!("{head}vendor = 'ACME'\n{body}count = 1\ngrants = []\n"),
        format!("{head}vendor = 'ACME'\n{body}count = 1\nseats = 3\ngrants = []\n"),
        "not toml".to_owned(),
    ] {
        let problem = fulfilment.load(&text, "operator", Timestamp::now()).unwrap_err();
        assert_eq!(problem.code, ErrorCode::InvalidRequest, "{text}");
    }
    load(&fulfilment, 1);
    assert_eq!(fulfilment.orders().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_see_and_load_orders() {
    let program = Program::start(&[]);
    program.command(&["issuer", "init", "--name", "Acme Vendor", "--vendor", "ACME"]);
    let content = "order_number = 'SO-1'\ncustomer = 'Example Ltd'\nvendor = 'ACME'\n[[entitlements]]\nproduct = 'CAD'\n\
                   count = 5\nexpires = 'permanent'\n[[entitlements.grants]]\nfeature = 'CAD'\nversion = '2.0'\n";
    let order = NewInsightOrder {
        content: content.to_owned(),
    };
    let operator = program.client(&program.operator);
    let ann = program.client(&program.account("ann", "Example", Permission::Full));
    let refused = ann.call::<op::NewInsightOrder>(&order).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UserNotAuthorized);
    operator.call::<op::NewInsightOrder>(&order).await.unwrap();
    let audit = program.command(&["audit", "list"]);
    assert!(audit.contains("\tNewInsightOrder\tSO-1\toperator\t"), "{audit}");
    let again = operator.call::<op::NewInsightOrder>(&order).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::OrderExists);
    for (client, seen) in [(&operator, 1), (&ann, 0)] {
        let orders = client
            .call::<op::GetInsightOrders>(&GetInsightOrders::default())
            .await
            .unwrap();
        assert_eq!(orders.items.len(), seen);
        let allocations = client
            .call::<op::GetInsightAllocations>(&GetInsightAllocations::default())
            .await
            .unwrap();
        assert!(allocations.items.is_empty());
    }
}

/// Whatever is asked for, repeated and returned: what is allocated is what stands, and never more than was bought.
fn never_more_is_allocated_than_was_bought(backend: &Backend) {
    let steps = prop::collection::vec((0_u8..40, 1_u32..8, any::<bool>()), 1..40);
    let config = ProptestConfig {
        cases: 2 * backend.cases(),
        ..ProptestConfig::default()
    };
    proptest::test_runner::TestRunner::new(config)
        .run(&steps, |steps| {
            let folder = tempfile::tempdir().unwrap();
            let fulfilment = open(folder.path(), backend);
            let (code, site, now) = (load(&fulfilment, 20), Site::new(1), Timestamp::now());
            let session = site.session(&fulfilment, &code, now);
            for (id, count, is_return) in steps {
                if is_return {
                    for one in fulfilment.allocations(None).unwrap().iter().take(1) {
                        fulfilment
                            .take_back(&site.proof(&one.fulfillment_id), now)
                            .unwrap();
                    }
                } else {
                    let _ = fulfilment.allocate(&site.request(id, &session, count), now);
                }
                let standing: u32 = fulfilment
                    .allocations(None)
                    .unwrap()
                    .iter()
                    .filter(|one| one.ended.is_none())
                    .map(|one| one.count)
                    .sum();
                let order = &fulfilment.orders().unwrap()[0];
                prop_assert_eq!(order.licenses_allocated, standing);
                prop_assert!(standing <= 20);
            }
            Ok(())
        })
        .unwrap();
}

/// Two fulfilments in one place that know nothing of each other, as the program and a command beside it.
fn two(folder: &Path, backend: &Backend) -> [Fulfilment; 2] {
    let place = backend.orders(folder);
    [(); 2].map(|()| over(place.open().unwrap(), folder))
}

fn the_last_seats_are_given_out_once_however_many_ask(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let both = two(folder.path(), backend);
    let (code, site, now) = (load(&both[0], 50), Site::new(1), Timestamp::now());
    let session = site.session(&both[0], &code, now);
    let start = Barrier::new(64);
    let taken: Vec<u32> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64_u8)
            .map(|id| {
                let count = 1 + u32::from(id % 3);
                let request = site.request(id, &session, count);
                let (fulfilment, start) = (&both[usize::from(id % 2)], &start);
                scope.spawn(move || {
                    start.wait();
                    match fulfilment.allocate(&request, now) {
                        Ok(_) => Some(count),
                        Err(problem) => {
                            assert_eq!(problem.code, ErrorCode::InvalidCount, "{problem}");
                            None
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap())
            .collect()
    });
    let seats: u32 = taken.iter().sum();
    // Whoever was refused wanted more than were left, and nobody wanted more than three.
    assert!((48..=50).contains(&seats), "{seats} of 50 seats");
    assert_eq!(both[1].orders().unwrap()[0].licenses_allocated, seats);
    assert_eq!(both[1].allocations(None).unwrap().len(), taken.len());
    assert_eq!(both[0].store().verify_audit().unwrap(), 1 + taken.len() as u64);
}

fn a_request_that_is_sent_many_times_at_once_has_one_allocation_and_one_answer(backend: &Backend) {
    let folder = tempfile::tempdir().unwrap();
    let both = two(folder.path(), backend);
    let (code, site, now) = (load(&both[0], 50), Site::new(1), Timestamp::now());
    let session = site.session(&both[0], &code, now);
    let request = site.request(1, &session, 4);
    let start = Barrier::new(16);
    let answers: HashSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|number| {
                let (fulfilment, request, start) = (&both[number % 2], &request, &start);
                scope.spawn(move || {
                    start.wait();
                    fulfilment.allocate(request, now).unwrap().document
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 1);
    assert_eq!(both[0].allocations(None).unwrap().len(), 1);
    assert_eq!(both[1].orders().unwrap()[0].licenses_allocated, 4);
    assert_eq!(both[1].store().verify_audit().unwrap(), 2);
}

on_both! {
    a_license_file_is_bound_to_the_host_and_has_the_seats_that_were_asked_for,
    a_host_id_that_is_not_that_of_one_machine_is_never_signed,
    a_session_ends_and_belongs_to_the_server_that_opened_it,
    an_order_has_a_bounded_number_of_sessions,
    a_wrong_access_code_and_an_unknown_one_look_the_same,
    only_the_server_that_has_the_seats_returns_them_and_only_once,
    orders_allocations_and_returns_are_in_the_audit_with_who_asked_for_them,
    an_order_of_which_no_license_file_can_be_made_is_refused,
    never_more_is_allocated_than_was_bought,
    the_last_seats_are_given_out_once_however_many_ask,
    a_request_that_is_sent_many_times_at_once_has_one_allocation_and_one_answer,
}
