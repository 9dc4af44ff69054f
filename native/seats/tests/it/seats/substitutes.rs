//! Editions that also satisfy requests for others.

use licensing_api::denial::DenialReason;
use licensing_seats::seat::{Decision, Lease, Ledger, SeatSettings};

use super::support::{holder, lease_id, moment, request};
use crate::pools::{build, file};

fn ledger(lines: &str) -> Ledger {
    let settings = SeatSettings {
        burst: None,
        ..SeatSettings::default()
    };
    Ledger::new(settings, build(&[&file(lines)]), moment(0, 0))
}

fn ask(ledger: &mut Ledger, key: u64, feature: &str, version: &str) -> Result<Lease, DenialReason> {
    let wanted = request(key, feature, version, 1, holder("ann", "pc"));
    match ledger.checkout(&wanted, lease_id(key), moment(0, 0)) {
        Decision::Granted(lease) | Decision::Repeated(lease) => Ok(lease),
        Decision::Denied(denial) => Err(denial.reason),
        Decision::Queued(_) => panic!("nobody asked to wait"),
    }
}

const LINES: &str = "INCREMENT MPS_ENT_CCU ACME 2026.0401 permanent 1 VENDOR_STRING=;CL=ENT,ADV,STD,AST\n\
    INCREMENT MPS_STD_CCU ACME 2026.0401 permanent 1 OVERDRAFT=1\n\
    INCREMENT MPS_PLT_UD ACME 2026.0401 permanent 1 VENDOR_STRING=;CL=STD\n";

#[test]
fn another_edition_serves_when_its_own_cannot() {
    let mut ledger = ledger(LINES);
    let feature = |lease: Lease| lease.feature;
    assert_eq!(
        ask(&mut ledger, 1, "mps_std_ccu", "").map(feature).unwrap(),
        "MPS_STD_CCU"
    );
    let second = ask(&mut ledger, 2, "MPS_STD_CCU", "").unwrap();
    assert_eq!((second.feature.as_str(), second.overdraft), ("MPS_STD_CCU", 1));
    assert_eq!(
        ask(&mut ledger, 3, "MPS_STD_CCU", "").map(feature).unwrap(),
        "MPS_ENT_CCU"
    );
    assert_eq!(
        ask(&mut ledger, 4, "MPS_STD_CCU", ""),
        Err(DenialReason::AllSeatsTaken)
    );
    // A repeated request gives the same lease, under the name it was asked for by.
    assert_eq!(
        ask(&mut ledger, 3, "MPS_STD_CCU", "").map(feature).unwrap(),
        "MPS_ENT_CCU"
    );
    assert_eq!(
        ask(&mut ledger, 3, "MPS_PLT_CCU", ""),
        Err(DenialReason::BadParameter)
    );
}

#[test]
fn only_the_same_product_and_model_in_a_listed_edition_and_a_sufficient_version_do() {
    for (feature, version, reason) in [
        ("MPS_ADV_CCU", "2027.0101", DenialReason::VersionTooOld),
        ("MPS_PLT_CCU", "", DenialReason::NoSuchFeature),
        ("MPS_ADV_UD", "", DenialReason::NoSuchFeature),
        ("XDT_STD_CCU", "", DenialReason::NoSuchFeature),
    ] {
        assert_eq!(
            ask(&mut ledger(LINES), 1, feature, version),
            Err(reason),
            "{feature}"
        );
    }
    let lease = ask(&mut ledger(LINES), 1, "MPS_ADV_CCU", "2025.0101").unwrap();
    assert_eq!(lease.feature, "MPS_ENT_CCU");
}

#[test]
fn lines_of_one_pool_have_to_agree() {
    let one = "INCREMENT P_ENT_CCU ACME 1.0 permanent 1 VENDOR_STRING=;CL=STD,ADV\n";
    let other = "INCREMENT P_ENT_CCU ACME 1.0 permanent 1 VENDOR_STRING=;CL=ADV\n";
    let pools = crate::pools::build_with(
        &[&file(&format!("{one}{other}"))],
        licensing_api::inventory::SignatureState::Valid,
        |context| context.vendor_string_pools = false,
    );
    let mut ledger = Ledger::new(SeatSettings::default(), pools, moment(0, 0));
    assert_eq!(
        ask(&mut ledger, 1, "P_STD_CCU", ""),
        Err(DenialReason::NoSuchFeature)
    );
    ask(&mut ledger, 2, "P_ADV_CCU", "").unwrap();
}
