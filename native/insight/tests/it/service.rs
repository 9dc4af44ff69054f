//! What is found, whatever arrives when.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan as _};
use licensing_api::ErrorCode;
use licensing_insight::service::{Account, Insight, Message, Target, TargetKind};
use licensing_insight::storage::{Arrival, Change, Concerned, Kept, Kind, Stored};
use licensing_management::compliance::{Finding, FindingKind, FindingState};
use licensing_management::exchange::{Bundle, Outcome, ReceiverErrorCode};
use licensing_management::upload::SealedUpload;
use proptest::prelude::*;

use crate::site::Site;
use crate::support::{Backend, arrival, on_both, register, take};

fn day(day: i64, minutes: i64) -> Timestamp {
    "2026-10-01T06:00:00Z".parse::<Timestamp>().unwrap() + (24 * day).hours() + minutes.minutes()
}

fn states(insight: &Insight, kind: FindingKind) -> Vec<FindingState> {
    insight
        .visible_findings(&Account::local(), None, true)
        .unwrap()
        .into_iter()
        .filter(|record| record.finding.kind == kind)
        .map(|record| record.state)
        .collect()
}

fn an_upload_counts_once_and_its_id_is_never_used_again(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    let stranger = take(&insight, &site, &Site::new(1).upload(day(0, 0), &[])).unwrap_err();
    assert_eq!(stranger.code, ReceiverErrorCode::ServerNotRegistered);
    register(&insight, "Example", &site);
    let first = site.upload(day(0, 0), &["SN-1"]);
    let (receipt, is_new) = take(&insight, &site, &first).unwrap();
    assert!(is_new);
    assert_eq!(receipt.results[0].outcome, Outcome::Stored);
    let (again, is_new) = take(&insight, &site, &first).unwrap();
    assert!(!is_new);
    assert_eq!(again.results[0].outcome, Outcome::AlreadyStored);
    let other = Site::new(1).upload(day(0, 0), &["SN-2"]);
    assert_eq!(other.body().upload_id, first.body().upload_id);
    let refused = take(&insight, &site, &other).unwrap_err();
    assert_eq!(refused.code, ReceiverErrorCode::UploadIdReused);
    let forged = Site::new(2);
    let wrong = insight
        .take_upload(&licensing_insight::service::SentUpload {
            server: site.guid,
            signature: first.sign(&forged.key),
            sent: None,
            upload_id: first.body().upload_id,
            bytes: first.bytes(),
        })
        .unwrap_err();
    assert_eq!(wrong.code, ReceiverErrorCode::SignatureInvalid);
    let stored = insight.storage().uploads(&[site.guid], 10).unwrap();
    assert_eq!(stored.len(), 1);
}

fn a_code_registers_one_server_and_answers_it_again(backend: &Backend) {
    let insight = backend.service();
    let (code, _) = insight.new_code("Example", None).unwrap();
    let site = Site::new(1);
    assert!(insight.register(&site.request(&code), None).unwrap().1);
    let (answer, is_new) = insight.register(&site.request(&code), None).unwrap();
    assert!(!is_new && answer.verify(site.guid, &code).is_ok());
    let other = insight.register(&Site::new(2).request(&code), None).unwrap_err();
    assert_eq!(other.code, ReceiverErrorCode::RegistrationCodeInvalid);
    insight
        .unregister(&Account::local(), &site.guid.to_string())
        .unwrap();
    let after = insight.register(&site.request(&code), None).unwrap_err();
    assert_eq!(after.code, ReceiverErrorCode::RegistrationCodeInvalid);
}

fn a_duplicate_lives_through_all_states(backend: &Backend) {
    let insight = backend.service();
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &sites {
        register(&insight, "Example", site);
    }
    let mut upload = |number: i64, serials: [&[&str]; 2]| {
        for (index, site) in sites.iter_mut().enumerate() {
            let made = site.upload(day(number, 30 * index as i64), serials[index]);
            take(&insight, site, &made).unwrap();
        }
    };
    let duplicate = |insight: &Insight| states(insight, FindingKind::DuplicateLicense);
    upload(0, [&["SN-1"], &["SN-1"]]);
    upload(1, [&["SN-1"], &["SN-1"]]);
    assert_eq!(duplicate(&insight), [FindingState::Open]);
    let key = "DuplicateLicense/acme/sn-1";
    assert!(insight.acknowledge(&Account::local(), key, " ").is_err());
    insight
        .acknowledge(&Account::local(), key, "moving this week")
        .unwrap();
    upload(2, [&["SN-1"], &["SN-1"]]);
    assert_eq!(duplicate(&insight), [FindingState::Acknowledged]);
    upload(3, [&[], &["SN-1"]]);
    assert_eq!(duplicate(&insight), [FindingState::Resolved]);
    upload(4, [&["SN-1"], &["SN-1"]]);
    upload(5, [&["SN-1"], &["SN-1"]]);
    assert_eq!(duplicate(&insight), [FindingState::Open]);
    let record = insight.storage().finding(key).unwrap().unwrap();
    assert_eq!(record.reopened, 1);
    assert_eq!(record.finding.servers.len(), 2);
    assert!(!record.finding.evidence.is_empty());
}

/// Whom the queue tells what of the duplicate.
fn told(insight: &Insight) -> Vec<(String, String)> {
    let mut told: Vec<_> = insight
        .storage()
        .due(Timestamp::now(), 100)
        .unwrap()
        .into_iter()
        .map(|delivery| {
            let message: Message = serde_json::from_str(&delivery.message).unwrap();
            (delivery.target, message)
        })
        .filter(|(_, message)| message.finding.finding.kind == FindingKind::DuplicateLicense)
        .map(|(target, message)| (target, message.event))
        .collect();
    told.sort();
    told
}

fn an_organization_that_a_finding_comes_to_concern_is_told(backend: &Backend) {
    let insight = backend.service();
    insight.add_organization("Other").unwrap();
    let targets = [Some("Example"), Some("Other"), None].map(|organization| Target {
        kind: TargetKind::Mail,
        address: "admin@example.com".to_owned(),
        organization: organization.map(str::to_owned),
        secret: None,
        cert_hash: None,
    });
    for target in &targets {
        insight.add_target(target).unwrap();
    }
    let [example, other, operators] = targets.map(|target| (target.key(), "Opened".to_owned()));
    let mut sites = [Site::new(1), Site::new(2), Site::new(3)];
    for (site, organization) in sites.iter().zip(["Example", "Example", "Other"]) {
        register(&insight, organization, site);
    }
    let mut upload = |number: i64, index: usize| {
        let site = &mut sites[index];
        let made = site.upload(day(number, 30 * index as i64), &["SN-1"]);
        take(&insight, site, &made).unwrap();
    };
    for (number, index) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        upload(number, index);
    }
    assert_eq!(told(&insight), [operators.clone(), example.clone()]);
    // Its server joins, and those who know of it already are not told again.
    for (number, index) in [(2, 0), (2, 2), (3, 0)] {
        upload(number, index);
    }
    assert_eq!(told(&insight), [operators, example, other]);
}

fn a_mail_target_needs_a_mail_server(backend: &Backend) {
    let insight = backend.service();
    let add = |address: &str| insight.new_target(&Account::local(), address, Some("Example"), None);
    let problem = add("admin@example.com").unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidRequest);
    assert!(problem.detail.contains("No mail server"), "{problem}");
    assert!(add("https://hooks.example.com/findings").unwrap().1.is_some());
    assert_eq!(insight.visible_targets(&Account::local()).unwrap().len(), 1);
}

fn a_declared_pair_is_no_violation_and_becomes_one_when_it_ends(backend: &Backend) {
    let insight = backend.service();
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &sites {
        register(&insight, "Example", site);
    }
    let [first, second] = [0, 1].map(|index: usize| sites[index].guid.to_string());
    let local = Account::local();
    insight.set_pair(&local, &first, &second, true).unwrap();
    for number in 0..2 {
        for (index, site) in sites.iter_mut().enumerate() {
            let made = site.upload(day(number, 30 * index as i64), &["SN-1"]);
            take(&insight, site, &made).unwrap();
        }
    }
    assert!(states(&insight, FindingKind::DuplicateLicense).is_empty());
    assert_eq!(
        states(&insight, FindingKind::DuplicateInDisasterRecovery),
        [FindingState::Open]
    );
    insight.set_pair(&local, &first, &second, false).unwrap();
    assert_eq!(
        states(&insight, FindingKind::DuplicateLicense),
        [FindingState::Open]
    );
    assert_eq!(
        states(&insight, FindingKind::DuplicateInDisasterRecovery),
        [FindingState::Resolved]
    );
}

fn a_rescinded_number_is_found_and_its_withdrawal_resolves_it(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    let made = site.upload(day(0, 0), &["SN-1"]);
    take(&insight, &site, &made).unwrap();
    let local = Account::local();
    let list = "SerialNumber,Effective,Reason\nsn-1,2026-09-01T00:00:00Z,refunded\nSN-9,,\n";
    assert_eq!(insight.import_rescissions(&local, list).unwrap().len(), 2);
    assert_eq!(
        states(&insight, FindingKind::RescindedLicense),
        [FindingState::Open]
    );
    // The same list once more, without the day, changes nothing of when it began.
    let again = insight
        .import_rescissions(&local, "SerialNumber\nSN-1\n")
        .unwrap();
    assert_eq!(again[0].effective.to_string(), "2026-09-01T00:00:00Z");
    assert_eq!(
        states(&insight, FindingKind::RescindedLicense),
        [FindingState::Open]
    );
    let (receipt, _) = take(&insight, &site, &made).unwrap();
    assert_eq!(receipt.rescissions.len(), 1, "only what concerns the server");
    insight.withdraw(&local, "SN-1", None).unwrap();
    assert_eq!(
        states(&insight, FindingKind::RescindedLicense),
        [FindingState::Resolved]
    );
    let from_a_day = insight
        .import_rescissions(&local, "SerialNumber,Effective\nSN-8,2026-11-01\n")
        .unwrap();
    assert_eq!(from_a_day[0].effective.to_string(), "2026-11-01T00:00:00Z");
    assert!(
        insight
            .import_rescissions(&local, "SerialNumber,Effective\nSN-8,01.11.2026\n")
            .is_err()
    );
    assert!(insight.import_rescissions(&local, "Serial\nx\n").is_err());
    assert!(
        insight.import_rescissions(&local, "rescinded.csv").is_err(),
        "the name of a file is no list"
    );
}

fn a_silent_server_is_found_and_heard_again(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    let made = site.upload(day(0, 0), &["SN-1"]);
    take(&insight, &site, &made).unwrap();
    // It has arrived just now, so that a look in three days finds it silent, and one now does not.
    insight.note_silent(Timestamp::now()).unwrap();
    assert!(insight.storage().noted(10).unwrap().is_empty());
    insight.note_silent(Timestamp::now() + 72.hours()).unwrap();
    assert_eq!(insight.storage().noted(10).unwrap(), [site.guid]);
    insight.evaluate_noted(10).unwrap();
    assert!(insight.storage().noted(10).unwrap().is_empty());
}

fn a_registered_server_that_never_sends_is_found(backend: &Backend) {
    let insight = backend.service();
    let mut site = Site::new(1);
    register(&insight, "Example", &site);
    let look = || {
        insight.note_suspects().unwrap();
        insight.evaluate_noted(10).unwrap();
        states(&insight, FindingKind::SilentServer)
    };
    assert!(look().is_empty(), "it has just registered");
    let mut known = insight.server(site.guid).unwrap().unwrap();
    known.registered = Timestamp::now() - 72.hours();
    let change = Change::Put {
        kind: Kind::Server,
        key: site.guid.to_string(),
        organization: Some("Example".to_owned()),
        value: serde_json::to_string(&known).unwrap(),
    };
    assert!(insight.storage().change(&[], &[change]).unwrap());
    assert_eq!(look(), [FindingState::Open]);
    let made = site.upload(day(0, 0), &["SN-1"]);
    take(&insight, &site, &made).unwrap();
    assert_eq!(look(), [FindingState::Resolved]);
}

fn a_server_that_is_no_longer_registered_is_in_no_finding(backend: &Backend) {
    let insight = backend.service();
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &sites {
        register(&insight, "Example", site);
    }
    for number in 0..2 {
        for (index, site) in sites.iter_mut().enumerate() {
            let made = site.upload(day(number, 30 * index as i64), &["SN-1"]);
            take(&insight, site, &made).unwrap();
        }
    }
    let duplicate = || states(&insight, FindingKind::DuplicateLicense);
    assert_eq!(duplicate(), [FindingState::Open]);
    // It was replaced, and can never again say that it has the number no more.
    insight
        .unregister(&Account::local(), &sites[1].guid.to_string())
        .unwrap();
    assert_eq!(duplicate(), [FindingState::Resolved]);
    // Back again, with what it has sent before.
    register(&insight, "Example", &sites[1]);
    insight.evaluate_noted(10).unwrap();
    assert_eq!(duplicate(), [FindingState::Open]);
}

fn a_bundle_registers_and_counts_each_upload_once(backend: &Backend) {
    let insight = backend.service();
    let (code, _) = insight.new_code("Example", None).unwrap();
    let mut site = Site::new(1);
    let uploads = [
        site.upload(day(0, 0), &["SN-1"]),
        site.upload(day(1, 0), &["SN-1"]),
    ];
    let request = site.request(&code);
    let bundle = Bundle::pack(site.guid, Some(request), &uploads, &site.key).unwrap();
    let mut bytes = bundle.to_bytes().unwrap();
    let local = Account::local();
    let accepted = insight.take_bundle(&local, &bytes).unwrap();
    assert_eq!(accepted.count(Outcome::Stored), 2);
    let answer = accepted.receipt.registration.clone().unwrap();
    let registration = answer.verify(site.guid, &code).unwrap();
    assert!(
        accepted
            .receipt
            .verify(site.guid, &registration.receiver_key)
            .is_ok()
    );
    let again = insight.take_bundle(&local, &bytes).unwrap();
    assert_eq!(again.count(Outcome::AlreadyStored), 2);
    let (_, is_new) = take(&insight, &site, &uploads[0]).unwrap();
    assert!(!is_new);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert!(insight.take_bundle(&local, &bytes).is_err());
}

/// Uploads of three servers that share serial numbers for some days.
fn histories() -> impl Strategy<Value = Vec<(u8, SealedUpload)>> {
    let day_of = || proptest::collection::vec(proptest::sample::subsequence(vec!["SN-1", "SN-2"], 0..=2), 3);
    proptest::collection::vec(day_of(), 2..6).prop_map(|days| {
        let mut sites = [Site::new(1), Site::new(2), Site::new(3)];
        let mut uploads = Vec::new();
        for (number, serials) in (0_i64..).zip(days) {
            for (index, serials) in serials.iter().enumerate() {
                let made = sites[index].upload(day(number, 20 * index as i64), serials);
                uploads.push((index as u8 + 1, made));
            }
        }
        uploads
    })
}

fn findings(backend: &Backend, uploads: &[(u8, SealedUpload)]) -> Vec<(Finding, FindingState)> {
    let insight = backend.service();
    for number in 1..=3 {
        register(&insight, "Example", &Site::new(number));
    }
    for (number, upload) in uploads {
        take(&insight, &Site::new(*number), upload).unwrap();
    }
    insight
        .visible_findings(&Account::local(), None, false)
        .unwrap()
        .into_iter()
        .map(|record| (record.finding, record.state))
        .collect()
}

fn the_order_of_arrival_changes_no_finding(backend: &Backend) {
    let orders = histories().prop_flat_map(|uploads| (Just(uploads.clone()), Just(uploads).prop_shuffle()));
    let config = ProptestConfig {
        cases: backend.cases(),
        ..ProptestConfig::default()
    };
    proptest::test_runner::TestRunner::new(config)
        .run(&orders, |(uploads, shuffled)| {
            prop_assert_eq!(findings(backend, &uploads), findings(backend, &shuffled));
            Ok(())
        })
        .unwrap();
}

fn an_upload_that_goes_on_as_before_is_not_looked_at(backend: &Backend) {
    let insight = backend.service();
    let mut sites = [Site::new(1), Site::new(2)];
    let mut store = |index: usize, number: i64, serial: &str| {
        let upload = sites[index].upload(day(number, 0), &[serial]);
        let arrival = arrival(&upload, day(number, 1));
        insight.storage().store_uploads(&[arrival]).unwrap()[0]
    };
    let kept = |noted| Kept {
        stored: Stored::Now,
        noted,
    };
    assert_eq!(store(0, 0, "SN-1"), kept(false));
    assert_eq!(store(0, 1, "SN-1"), kept(false));
    assert_eq!(store(1, 1, "SN-2"), kept(false));
    assert_eq!(store(1, 2, "SN-1"), kept(true), "another server has it");
    let forked = Site::new(1).upload(day(2, 0), &[]);
    let arrival = arrival(&forked, day(2, 1));
    let kept_fork = insight.storage().store_uploads(&[arrival]).unwrap();
    assert!(kept_fork[0].noted, "it does not name the one before");
}

fn a_server_that_is_noted_again_while_it_is_looked_at_stays_noted(backend: &Backend) {
    let insight = backend.service();
    let storage = insight.storage();
    let mut site = Site::new(1);
    let mut arrive = |number: i64| {
        let upload = site.upload(day(number, 0), &["SN-1"]);
        let arrival = Arrival {
            remarkable: true,
            ..arrival(&upload, day(number, 1))
        };
        storage.store_uploads(&[arrival]).unwrap();
        site.guid
    };
    let server = arrive(0);
    let before = storage.note_of(server).unwrap();
    assert!(before.is_some());
    arrive(1);
    storage.save(before, &[], &[]).unwrap();
    assert_eq!(storage.noted(10).unwrap(), [server], "nobody has seen the second");
    let before = storage.note_of(server).unwrap();
    storage.note(Concerned::Serials(&["sn-1".to_owned()])).unwrap();
    storage.note(Concerned::Servers(&[server, server])).unwrap();
    storage.save(before, &[], &[]).unwrap();
    assert_eq!(storage.noted(10).unwrap(), [server]);
    let latest = storage.note_of(server).unwrap();
    storage.save(latest, &[], &[]).unwrap();
    assert!(storage.noted(10).unwrap().is_empty());
    assert_eq!(storage.note_of(server).unwrap(), None);
}

fn uploads_that_arrive_at_once_are_stored_once_each(backend: &Backend) {
    let insight = backend.service();
    let uploads: Vec<SealedUpload> = (1..=8)
        .flat_map(|number| {
            let mut site = Site::new(number);
            (0..6).map(move |at| site.upload(day(at, 0), &["SN-1"]))
        })
        .collect();
    // Everyone hands all over, each from another place on.
    let new: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|thread| {
                let (insight, uploads) = (&insight, &uploads);
                scope.spawn(move || {
                    let turned = uploads.iter().cycle().skip(thread * 7).take(uploads.len());
                    turned
                        .filter(|upload| {
                            let arrival = arrival(upload, day(9, 0));
                            let kept = insight.storage().store_uploads(&[arrival]).unwrap();
                            assert_ne!(kept[0].stored, Stored::IdReused);
                            kept[0].stored == Stored::Now
                        })
                        .count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(new, uploads.len());
    let servers: Vec<_> = (1..=8).map(|number| Site::new(number).guid).collect();
    assert_eq!(
        insight.storage().uploads(&servers, 1000).unwrap().len(),
        uploads.len()
    );
    insight.note_suspects().unwrap();
    assert_eq!(
        insight.storage().noted(100).unwrap().len(),
        8,
        "all have the same number"
    );
}

fn old_months_are_dropped_but_for_the_latest_upload_of_each_server(backend: &Backend) {
    let insight = backend.service();
    let storage = insight.storage();
    let mut sites = [Site::new(1), Site::new(2)];
    // The second server has been silent since the first of these days.
    for (index, number) in [(0, 0), (1, 0), (0, 1), (0, 40), (0, 80)] {
        let upload = sites[index].upload(day(number, 0), &["SN-1"]);
        let arrival = arrival(&upload, day(number, 1));
        assert_eq!(storage.store_uploads(&[arrival]).unwrap()[0].stored, Stored::Now);
    }
    let before: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    assert_eq!(storage.drop_before(before).unwrap(), 2);
    assert_eq!(storage.drop_before(before).unwrap(), 0);
    assert_eq!(storage.uploads(&[sites[0].guid], 10).unwrap().len(), 2);
    assert_eq!(storage.uploads(&[sites[1].guid], 10).unwrap().len(), 1);
    let never = Site::new(3).guid;
    let contacts = storage.contacts(&[sites[1].guid, never]).unwrap();
    assert_eq!(contacts, HashMap::from([(sites[1].guid, day(0, 1))]));
    let about = storage.about(sites[0].guid, 1000).unwrap();
    assert_eq!(about.left_out, 0);
    assert_eq!(
        about.rows.licenses.len(),
        3,
        "two of its own, one of the other server"
    );
}

fn of_too_many_servers_with_a_number_those_are_compared_that_were_heard_of_last(backend: &Backend) {
    let insight = backend.service();
    let storage = insight.storage();
    let mut sites = [1, 2, 3, 4].map(Site::new);
    let serials: [&[&str]; 4] = [&["SN-1", "SN-2"], &["SN-2"], &["SN-1"], &["SN-1"]];
    for (index, received) in [(0, 0), (1, 1), (3, 3), (2, 2)] {
        let upload = sites[index].upload(day(0, 0), serials[index]);
        let arrival = arrival(&upload, day(received, 0));
        assert_eq!(storage.store_uploads(&[arrival]).unwrap()[0].stored, Stored::Now);
    }
    let compared = |most| {
        let about = storage.about(sites[0].guid, most).unwrap();
        let mut servers: Vec<_> = about.rows.uploads.iter().map(|row| row.server).collect();
        servers.sort_unstable();
        (servers, about.left_out)
    };
    let guids = |of: &[usize]| {
        let mut guids: Vec<_> = of.iter().map(|index| sites[*index].guid).collect();
        guids.sort_unstable();
        guids
    };
    assert_eq!(compared(2), (guids(&[0, 1, 2, 3]), 0));
    assert_eq!(
        compared(1),
        (guids(&[0, 1, 3]), 1),
        "for each serial number the one that was heard of last"
    );
}

on_both! {
    an_upload_counts_once_and_its_id_is_never_used_again,
    a_code_registers_one_server_and_answers_it_again,
    a_duplicate_lives_through_all_states,
    an_organization_that_a_finding_comes_to_concern_is_told,
    a_mail_target_needs_a_mail_server,
    a_declared_pair_is_no_violation_and_becomes_one_when_it_ends,
    a_rescinded_number_is_found_and_its_withdrawal_resolves_it,
    a_silent_server_is_found_and_heard_again,
    a_registered_server_that_never_sends_is_found,
    a_server_that_is_no_longer_registered_is_in_no_finding,
    a_bundle_registers_and_counts_each_upload_once,
    the_order_of_arrival_changes_no_finding,
    an_upload_that_goes_on_as_before_is_not_looked_at,
    a_server_that_is_noted_again_while_it_is_looked_at_stays_noted,
    uploads_that_arrive_at_once_are_stored_once_each,
    old_months_are_dropped_but_for_the_latest_upload_of_each_server,
    of_too_many_servers_with_a_number_those_are_compared_that_were_heard_of_last,
}
