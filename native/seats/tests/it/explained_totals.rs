//! What the explanation of a file says it adds is what the ledger gives out.

use std::collections::BTreeMap;

use licensing_api::license_file::PoolEffect;
use licensing_license_file::license_file::{HostIdentity, LicenseFile, parse};
use licensing_license_file::signing::{IssuerKey, TrustStore};
use licensing_seats::Moment;
use licensing_seats::explain::{ExplainContext, Explanation, explain};
use licensing_seats::pool::{InstalledFile, PoolContext, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Decision, Holder, LeaseId, Ledger, RequestKey, SeatSettings};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::pools::TODAY;

/// Far more seats than any file here grants of one feature.
const ENOUGH: u64 = 500;

fn key() -> IssuerKey {
    IssuerKey::from_random(&Zeroizing::new([4; 32]))
}

fn trust() -> TrustStore {
    [key().public("Example Software", &["ACME".into()]).unwrap()]
        .into_iter()
        .collect()
}

fn explained(file: &LicenseFile) -> Explanation {
    let trust = trust();
    let host = HostIdentity::named("ls1");
    let context = ExplainContext {
        today: TODAY,
        host: &host,
        trust: &trust,
        installed: &[],
        accepts_unverified: &|_| false,
        vendor_string_pools: &|_| true,
    };
    let installed = InstalledFile {
        name: "new.lic",
        file,
        signatures: &trust.verify(file),
    };
    explain(&installed, &context)
}

fn pools(file: &LicenseFile) -> PoolSet {
    let host = HostIdentity::named("ls1");
    let context = PoolContext {
        vendor: "ACME",
        host: &host,
        today: TODAY,
        accept_unverified: false,
        vendor_string_pools: true,
    };
    let signatures = trust().verify(file);
    let installed = InstalledFile {
        name: "new.lic",
        file,
        signatures: &signatures,
    };
    PoolSet::build(&[installed], &context)
}

fn bytes(number: u64) -> [u8; 16] {
    let mut bytes = [1; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Seats that a ledger of its own gives out of a feature to ever new users on ever new machines, by version.
fn granted(pools: &PoolSet, feature: &str) -> BTreeMap<String, u32> {
    let now = Moment {
        monotonic_ms: 0,
        wall: jiff::Timestamp::UNIX_EPOCH,
        trusted: jiff::Timestamp::UNIX_EPOCH,
        today: TODAY,
    };
    let settings = SeatSettings {
        burst: None,
        ..SeatSettings::default()
    };
    let mut ledger = Ledger::new(settings, pools.clone(), now);
    let mut seats = BTreeMap::new();
    for number in 0..ENOUGH {
        let request = CheckoutRequest {
            request_key: RequestKey::from_bytes(bytes(number)),
            feature: feature.to_owned(),
            version: String::new(),
            count: 1,
            holder: Holder {
                user: format!("user{number}"),
                host: format!("host{number}"),
                vendor_data: format!("device{number}"),
                ..Holder::default()
            },
            queue: false,
            borrow_seconds: 0,
            caller: String::new(),
        };
        match ledger.checkout(&request, LeaseId::from_bytes(bytes(number)), now) {
            // Of another edition: not what this feature has.
            Decision::Granted(lease) if !lease.feature.eq_ignore_ascii_case(feature) => break,
            Decision::Granted(lease) => *seats.entry(lease.version).or_insert(0) += 1,
            Decision::Denied(_) => break,
            other => panic!("{other:?}"),
        }
    }
    seats
}

/// Seats in the effects, by feature and version, those without seats left out.
fn totals(effects: &[PoolEffect]) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut totals: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for effect in effects {
        assert_eq!((effect.count_before, effect.overdraft_before), (0, 0));
        let seats = effect.count_after + effect.overdraft_after;
        let versions = totals.entry(effect.feature.to_lowercase()).or_default();
        if seats > 0 {
            *versions.entry(effect.version.clone()).or_insert(0) += seats;
        }
    }
    totals
}

fn check(file: &LicenseFile) -> Result<(), TestCaseError> {
    let pools = pools(file);
    let effects = explained(file).effects;
    for (feature, seats) in totals(&effects) {
        prop_assert_eq!(&granted(&pools, &feature), &seats, "{}", feature);
    }
    let explained = effects.len();
    prop_assert_eq!(explained, pools.pools.len());
    Ok(())
}

fn signed(text: &[u8]) -> LicenseFile {
    parse(&key().sign_file(&parse(text)))
}

#[test]
fn fixtures_are_explained_as_they_are_served() {
    let suites = signed(include_bytes!("../data/suites.lic"));
    let upgrades = signed(include_bytes!("../data/upgrades.lic"));
    for file in [&suites, &upgrades] {
        assert!(
            file.findings.iter().all(|finding| finding.number != Some(-2)),
            "{:?}",
            file.findings
        );
        check(file).unwrap();
    }
    let all = |file: &LicenseFile| -> Vec<String> {
        let seats = totals(&explained(file).effects);
        let lines = seats.into_iter().flat_map(|(feature, versions)| {
            versions
                .into_iter()
                .map(move |(version, seats)| format!("{feature} {version}: {seats}"))
        });
        lines.collect()
    };
    assert_eq!(
        all(&suites),
        [
            "bolt 1.0: 20",
            "calc 2.5: 8",
            "draw 3.0: 13",
            "draw 4.0: 2",
            "nut 1.0: 40",
            "office 3.0: 8",
            "paint 1.0: 2",
            "studio 1.0: 2",
            "text 3.0: 8"
        ]
    );
    assert_eq!(
        all(&upgrades),
        [
            "all 1.0: 7",
            "cad 1.0: 4",
            "cad 2.0: 2",
            "cad 3.0: 4",
            "old 1.0: 8",
            "one 1.0: 1",
            "sim 1.0: 6",
            "small_ent_ccu 1.0: 2",
            "small_std_ccu 1.0: 75"
        ]
    );
}

#[test]
fn a_fixture_is_explained_line_by_line() {
    let explanation = explained(&signed(include_bytes!("../data/suites.lic")));
    let says = |feature: &str, words: &str| {
        let lines = explanation.lines.iter().filter(|line| line.feature == feature);
        let texts: Vec<&str> = lines.map(|line| line.text.as_str()).collect();
        assert!(
            texts.iter().any(|text| text.contains(words)),
            "{words}\n{texts:#?}"
        );
    };
    says(
        "OFFICE",
        "there are also 4 seats of TEXT 3.0, 4 seats of CALC 2.5 and 4 seats of DRAW 3.0, each of which takes a seat of \
         this one with it.",
    );
    says(
        "OFFICE",
        "Replaces lines of OFFICE issued before 1 March 2026. It takes 1 line out of use here.",
    );
    says("OFFICE", "It has no effect here: it is superseded by line 4.");
    says(
        "PARTS",
        "instead of its own seats there are 20 seats of BOLT 1.0 and 40 seats of NUT 1.0.",
    );
    says(
        "NOBODY",
        "It has no effect here: no line of the same name and version enables the package.",
    );
    let found: Vec<_> = explanation
        .findings
        .iter()
        .map(|finding| finding.number)
        .collect();
    assert_eq!(found, [None, Some(-82)], "{:#?}", explanation.findings);
    let explanation = explained(&signed(include_bytes!("../data/upgrades.lic")));
    let texts: String = explanation.lines.iter().map(|line| line.text.as_str()).collect();
    for words in [
        "turns 6 seats of it into version 2.0.",
        "Here it turns 6 seats of version 1.0 in line 4.",
        "no line before it has seats of a version that it upgrades.",
        "Replaces certain lines of SIM whose signatures it names. It takes 3 lines out of use here.",
        "Of its seats 25 can be used here, because the highest number is 75.",
        "Its seats also satisfy requests for SMALL_STD_CCU that no license of their own can serve.",
    ] {
        assert!(texts.contains(words), "{words}\n{texts}");
    }
}

/// Lines that have to do with each other.
fn lines() -> impl Strategy<Value = String> {
    let templates = vec![
        "INCREMENT cad ACME 1.0 permanent #",
        "INCREMENT cad ACME 2.0 permanent # OVERDRAFT=2",
        "INCREMENT cad ACME 2.0 permanent # DUP_GROUP=U ISSUED=1-jan-202#",
        "INCREMENT cad ACME 1.0 31-dec-202# 3 ISSUED=1-jan-2026 SUPERSEDE",
        "INCREMENT cad ACME 1.0 permanent 2 ISSUED=1-feb-202# SUPERSEDE=\"cad pack\" SN=#",
        "FEATURE cad ACME 3.0 permanent #",
        "UPGRADE cad ACME 1.0 2.0 permanent # SN=#",
        "UPGRADE cad ACME 1.0 3.0 31-dec-202# 2",
        "UPGRADE pack ACME 1.0 2.0 permanent #",
        "INCREMENT pack ACME 1.0 permanent # SUITE_DUP_GROUP=U ISSUED=1-jan-202#",
        "INCREMENT pack ACME 1.0 permanent # DUP_GROUP=H SN=#",
        "INCREMENT pack ACME 2.0 permanent # OVERDRAFT=1",
        "PACKAGE pack ACME 1.0 COMPONENTS=\"cad part:1.0\" OPTIONS=SUITE ISSUED=1-jan-202# SUPERSEDE",
        "PACKAGE pack ACME 1.0 COMPONENTS=\"cad part\" OPTIONS=SUITE_RESERVED",
        "PACKAGE pack ACME 2.0 COMPONENTS=\"cad:1.0:# part\"",
        "INCREMENT small ACME 1.0 permanent # VENDOR_STRING=;MLC=5 SN=#",
        "INCREMENT small ACME 2.0 permanent # VENDOR_STRING=;MLC=5;ODP=50",
        "INCREMENT A_ENT_UD ACME 1.0 permanent # VENDOR_STRING=;ODP=50",
        "INCREMENT A_ENT_SERVER ACME 1.0 permanent # START=1-jan-202#",
    ];
    let line = (prop::sample::select(templates), 1u32..9)
        .prop_map(|(line, number)| line.replace('#', &number.to_string()));
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        let mut text = "SERVER this_host HOSTNAME=ls1\nVENDOR ACME\n".to_owned();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_file_is_explained_as_it_is_served(text in lines()) {
        check(&signed(text.as_bytes()))?;
    }
}
