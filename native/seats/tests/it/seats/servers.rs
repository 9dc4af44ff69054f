//! Licenses for servers, and for their cores or sockets: hosts are counted.

use licensing_api::denial::DenialReason;
use licensing_api::usage::{GetUsage, LicenseModel};
use licensing_license_file::feature_code::SeatUnit;
use licensing_seats::seat::{Decision, Holder, Ledger, SeatSettings, UsageFilter};

use super::support::{holder, lease_id, moment, request};
use crate::pools::{build, file};

fn ledger(lines: &str) -> Ledger {
    let settings = SeatSettings {
        burst: None,
        ..SeatSettings::default()
    };
    Ledger::new(settings, build(&[&file(lines)]), moment(0, 0))
}

fn ask(ledger: &mut Ledger, key: u64, feature: &str, count: u32, holder: Holder) -> Option<DenialReason> {
    match ledger.checkout(
        &request(key, feature, "", count, holder),
        lease_id(key),
        moment(0, 0),
    ) {
        Decision::Granted(_) => None,
        Decision::Denied(denial) => Some(denial.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_holds_one_seat_however_many_sessions_it_serves() {
    let mut ledger = ledger("INCREMENT EDGE_ENT_SERVER ACME 1.0 permanent 2 DUP_GROUP=V\n");
    let client = |user: &str, host: &str, device: &str| Holder {
        vendor_data: device.to_owned(),
        ..holder(user, host)
    };
    for (key, user) in [(1, "ann"), (2, "ben"), (3, "cleo")] {
        let holder = client(user, "srv1", user);
        assert_eq!(ask(&mut ledger, key, "EDGE_ENT_SERVER", 1, holder), None);
    }
    assert_eq!(
        ask(&mut ledger, 4, "EDGE_ENT_SERVER", 1, client("ann", "SRV2", "x")),
        None
    );
    assert_eq!(
        ask(&mut ledger, 5, "EDGE_ENT_SERVER", 1, client("ann", "srv3", "ann")),
        Some(DenialReason::AllSeatsTaken)
    );
    let mut rows = Vec::new();
    let filter = GetUsage {
        model: Some(LicenseModel::Server),
        device: "srv1".into(),
        ..GetUsage::default()
    };
    ledger.usage_page(&UsageFilter::new(&filter), 0, 100, moment(0, 0), &mut rows);
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .all(|row| row.license_model_type == LicenseModel::Server)
    );
}

#[test]
fn per_core_a_host_takes_as_many_seats_as_its_largest_request() {
    let mut ledger = ledger("INCREMENT DB_ENT_CORE ACME 1.0 permanent 10\n");
    assert_eq!(ask(&mut ledger, 1, "DB_ENT_CORE", 4, holder("a", "srv1")), None);
    assert_eq!(
        ask(&mut ledger, 2, "DB_ENT_CORE", 8, holder("b", "srv1")),
        None,
        "8, not 12"
    );
    assert_eq!(ask(&mut ledger, 3, "DB_ENT_CORE", 2, holder("c", "srv2")), None);
    assert_eq!(
        ask(&mut ledger, 4, "DB_ENT_CORE", 1, holder("d", "srv3")),
        Some(DenialReason::AllSeatsTaken)
    );
}

#[test]
fn the_name_says_what_is_counted() {
    for (feature, unit) in [
        ("CITRIX", SeatUnit::Server),
        ("CTXLSDIAG", SeatUnit::Server),
        ("CNS_V3000_SERVER", SeatUnit::Server),
        ("CESPS_SSERVER", SeatUnit::Server),
        ("CXS_ENT_CCS", SeatUnit::Server),
        ("PVS_STD_CCS", SeatUnit::Server),
        ("ACME_PRO_SOCKET", SeatUnit::Server),
        ("XDT_PLT_CCS", SeatUnit::Session),
        ("XDS_ENT_CCS", SeatUnit::Session),
        ("MPS_ENT_CCU", SeatUnit::Session),
        ("matlab_server", SeatUnit::Session),
        ("render_core", SeatUnit::Session),
        ("SERVER", SeatUnit::Session),
        ("XDT_PLT_UD", SeatUnit::UserOrDevice),
        ("CPM_ENT_RN", SeatUnit::User),
        ("x_nd", SeatUnit::Device),
    ] {
        assert_eq!(SeatUnit::of(feature), unit, "{feature}");
    }
}
