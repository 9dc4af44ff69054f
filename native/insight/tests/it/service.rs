//! What is found, whatever arrives when.

use jiff::{Timestamp, ToSpan as _};
use licensing_insight::service::{Account, Insight};
use licensing_management::compliance::{Finding, FindingKind, FindingState};
use licensing_management::exchange::{Bundle, Outcome, ReceiverErrorCode};
use licensing_management::upload::SealedUpload;
use proptest::prelude::*;

use crate::site::Site;
use crate::support::{register, service, take};

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

#[test]
fn an_upload_counts_once_and_its_id_is_never_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

#[test]
fn a_code_registers_one_server_and_answers_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

#[test]
fn a_duplicate_lives_through_all_states() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

#[test]
fn a_declared_pair_is_no_violation_and_becomes_one_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

#[test]
fn a_rescinded_number_is_found_and_its_withdrawal_resolves_it() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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
    let (receipt, _) = take(&insight, &site, &made).unwrap();
    assert_eq!(receipt.rescissions.len(), 1, "only what concerns the server");
    insight.withdraw(&local, "SN-1", None).unwrap();
    assert_eq!(
        states(&insight, FindingKind::RescindedLicense),
        [FindingState::Resolved]
    );
    assert!(insight.import_rescissions(&local, "Serial\nx\n").is_err());
}

#[test]
fn a_silent_server_is_found_and_heard_again() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

#[test]
fn a_bundle_registers_and_counts_each_upload_once() {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

fn findings(uploads: &[(u8, SealedUpload)]) -> Vec<(Finding, FindingState)> {
    let folder = tempfile::tempdir().unwrap();
    let insight = service(folder.path());
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_no_finding(
        (uploads, shuffled) in histories().prop_flat_map(|uploads| (Just(uploads.clone()), Just(uploads).prop_shuffle()))
    ) {
        prop_assert_eq!(findings(&uploads), findings(&shuffled));
    }
}
