//! What an administrator takes back.

use jiff::Timestamp;
use licensing_api::denial::DenialReason;
use licensing_api::usage::{GetUsage, LicenseModel, RevokeLeases, UsageRow};
use licensing_license_file::license_file::DupGroup;
use licensing_seats::audit::{
    AuditChain, AuditEntry, AuditField, AuditKind, AuditRecord, RevokedSeats, RevokedSeatsOfPool,
};
use licensing_seats::seat::{
    Change, CloseReason, Decision, Lease, Ledger, ReleaseReason, RevokeFilter, SeatSettings, UsageFilter,
};

use super::support::{holder, increment, lease_id, moment, pool, request, set};

struct Desk {
    ledger: Ledger,
    next: u64,
}

impl Desk {
    fn new(feature: &str, count: u32) -> Self {
        let pools = vec![pool(
            feature,
            "1.0",
            DupGroup::None,
            vec![increment(Some(count), 0)],
        )];
        Self {
            ledger: Ledger::new(SeatSettings::default(), set(pools), moment(0, 0)),
            next: 0,
        }
    }

    fn ask(&mut self, feature: &str, user: &str, device: &str) -> Result<Lease, DenialReason> {
        self.next += 1;
        self.repeat(self.next, feature, user, device)
    }

    fn repeat(&mut self, key: u64, feature: &str, user: &str, device: &str) -> Result<Lease, DenialReason> {
        let request = request(key, feature, "", 1, holder(user, device));
        let id = lease_id(1000 + key);
        match self.ledger.checkout(&request, id, moment(0, 0)) {
            Decision::Granted(lease) | Decision::Repeated(lease) => Ok(lease),
            Decision::Denied(denial) => Err(denial.reason),
            Decision::Queued(_) => panic!("nobody asked to wait"),
        }
    }

    fn revoke(&mut self, request: &RevokeLeases) -> Vec<UsageRow> {
        let filter = RevokeFilter::new(request).expect("it names something");
        self.ledger.revoke(&filter, moment(0, 0))
    }

    fn usage(&self) -> Vec<UsageRow> {
        let filter = UsageFilter::new(&GetUsage::default());
        let mut rows = Vec::new();
        self.ledger.usage_page(&filter, 0, 100, moment(0, 0), &mut rows);
        self.ledger.assignment_page(&filter, 0, moment(0, 0), &mut rows);
        rows
    }
}

fn user(name: &str) -> RevokeLeases {
    RevokeLeases {
        user: name.into(),
        ..RevokeLeases::default()
    }
}

#[test]
fn a_request_that_names_nothing_takes_nothing() {
    assert!(RevokeFilter::new(&RevokeLeases::default()).is_none());
    let vendor_alone = RevokeLeases {
        vendor: "ACME".into(),
        ..RevokeLeases::default()
    };
    assert!(RevokeFilter::new(&vendor_alone).is_none());
}

#[test]
fn sessions_end_by_id_or_by_what_they_are() {
    let mut desk = Desk::new("cad", 4);
    let first = desk.ask("cad", "anna", "d1").unwrap();
    desk.ask("cad", "bert", "d2").unwrap();
    desk.ask("cad", "Carl", "d3").unwrap();
    desk.ledger.take_changes();
    let id = hex::encode(first.id.public());
    let by_id = RevokeLeases {
        lease_ids: vec![id.to_uppercase(), "ff".to_owned()],
        ..RevokeLeases::default()
    };
    // Ids and filters together narrow.
    let nobody = desk.revoke(&RevokeLeases {
        user: "bert".into(),
        ..by_id.clone()
    });
    assert_eq!(nobody, []);
    let revoked = desk.revoke(&by_id);
    assert_eq!((revoked.len(), revoked[0].user.as_str()), (1, "anna"));
    assert_eq!(desk.revoke(&by_id), []);
    let changes = desk.ledger.take_changes();
    assert!(matches!(&changes[..], [Change::Closed(closed)] if closed.reason == CloseReason::Revoked));
    // Its holder hears of it with the next heartbeat, and a late duplicate of the request takes no new seat.
    assert_eq!(desk.ledger.heartbeat(&[first.id], moment(0, 0)), [0]);
    assert_eq!(
        desk.repeat(1, "cad", "anna", "d1").unwrap_err(),
        DenialReason::BadParameter
    );
    assert_eq!(desk.revoke(&user("*")).len(), 2);
    assert!(desk.ledger.is_empty());
}

#[test]
fn an_assigned_seat_ends_early_with_the_sessions_on_it() {
    let mut desk = Desk::new("cad_UD", 1);
    let held = desk.ask("cad_UD", "anna", "d1").unwrap();
    assert_eq!(
        desk.ask("cad_UD", "bert", "d2").unwrap_err(),
        DenialReason::AllSeatsTaken
    );
    desk.ledger.take_changes();
    let revoked = desk.revoke(&user("anna"));
    assert_eq!(
        (revoked.len(), revoked[0].license_model_type),
        (1, LicenseModel::User)
    );
    let changes = desk.ledger.take_changes();
    assert!(matches!(
        &changes[..],
        [Change::Closed(_), Change::Released { .. }]
    ));
    assert_eq!(desk.ledger.heartbeat(&[held.id], moment(0, 0)), [0]);
    // The seat is free, long before its period is over.
    desk.ask("cad_UD", "bert", "d2").unwrap();
    assert_eq!(desk.usage()[0].user, "bert");
}

#[test]
fn a_seat_of_a_device_ends_for_all_its_users() {
    let mut desk = Desk::new("cad_UD", 2);
    desk.ask("cad_UD", "anna", "d1").unwrap();
    desk.ask("cad_UD", "bert", "d1").unwrap();
    desk.ask("cad_UD", "carl", "d9").unwrap();
    let device = RevokeLeases {
        device: "D1".into(),
        ..RevokeLeases::default()
    };
    let revoked = desk.revoke(&device);
    assert_eq!(
        (revoked.len(), revoked[0].license_model_type),
        (1, LicenseModel::Device)
    );
    let left: Vec<String> = desk.usage().into_iter().map(|row| row.user).collect();
    assert_eq!(left, ["carl"]);
    assert_eq!(desk.ledger.len(), 1);
}

/// The audit of a ledger, whose records are read back as if from the disk.
struct Audit {
    chain: AuditChain,
    revoked: RevokedSeats,
}

impl Audit {
    fn note(&mut self, second: i64, entries: impl IntoIterator<Item = AuditEntry>) {
        let at = Timestamp::from_second(second).unwrap();
        for entry in entries {
            let sealed = self.chain.append(at, entry);
            self.revoked.note(&AuditRecord::decode(&sealed.body).unwrap());
        }
    }
}

#[test]
fn the_audit_tells_how_many_seats_of_users_and_devices_were_revoked() {
    let mut desk = Desk::new("cad_UD", 5);
    let mut audit = Audit {
        chain: AuditChain::new("ACME"),
        revoked: RevokedSeats::default(),
    };
    let device = RevokeLeases {
        device: "d9".into(),
        ..RevokeLeases::default()
    };
    // A seat of anna on three devices, one of d9 for two users, and one that nobody revokes.
    for (user, device) in [
        ("anna", "d1"),
        ("anna", "d2"),
        ("anna", "d3"),
        ("bert", "d9"),
        ("carl", "d9"),
        ("dora", "d5"),
    ] {
        desk.ask("cad_UD", user, device).unwrap();
    }
    desk.revoke(&user("anna"));
    desk.revoke(&device);
    let changes = desk.ledger.take_changes();
    audit.note(1, changes.iter().filter_map(AuditEntry::of));
    // The same user again, later.
    desk.ask("cad_UD", "anna", "d1").unwrap();
    desk.revoke(&user("anna"));
    let changes = desk.ledger.take_changes();
    audit.note(2, changes.iter().filter_map(AuditEntry::of));
    // An assignment whose period was over, and a record from before reasons were told.
    let released = AuditEntry::new(AuditKind::PairReleased)
        .text(AuditField::Feature, "cad_UD")
        .text(AuditField::Version, "1.0")
        .text(AuditField::User, "dora");
    let unused = released
        .clone()
        .number(AuditField::Reason, u64::from(ReleaseReason::Unused as u8));
    audit.note(3, [released, unused]);
    assert_eq!(
        audit.revoked.of("cad_UD", "1.0"),
        RevokedSeatsOfPool { users: 2, devices: 1 }
    );
    assert_eq!(audit.revoked.of("cad_UD", "2.0"), RevokedSeatsOfPool::default());
}
