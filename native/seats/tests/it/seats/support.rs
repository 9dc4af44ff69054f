//! Pools, requests and moments.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::Moment;
use licensing_seats::pool::{Pool, PoolIdentity, PoolIncrement, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Holder, LeaseId, RequestKey};

pub(super) const FIRST_DAY: Date = date(2026, 11, 24);

pub(super) fn moment(ms: u64, day: i32) -> Moment {
    let wall = Timestamp::from_millisecond(1_795_521_600_000 + ms as i64).unwrap();
    Moment {
        monotonic_ms: ms,
        wall,
        trusted: wall,
        today: FIRST_DAY.checked_add(day.days()).unwrap(),
    }
}

pub(super) fn increment(count: Option<u32>, overdraft: u32) -> PoolIncrement {
    PoolIncrement {
        count,
        overdraft,
        expires: LicenseDate::Permanent,
        starts: None,
        issued: None,
        notice: None,
        signature: SignatureState::Valid,
        accepted_unverified: false,
        host_matches: true,
        host_ids: Vec::new(),
        serial_number: None,
        vendor_string: None,
        license_type: None,
        linger_seconds: 0,
        file: "acme.lic".to_owned(),
        line: 1,
    }
}

pub(super) fn pool(
    feature: &str,
    version: &str,
    dup_group: DupGroup,
    increments: Vec<PoolIncrement>,
) -> Pool {
    let identity = PoolIdentity {
        feature: feature.to_owned(),
        vendor: "ACME".to_owned(),
        version: version.parse().unwrap(),
        dup_group,
        terms: BTreeMap::new(),
        suite: None,
    };
    Pool {
        identity: Arc::new(identity),
        increments,
    }
}

pub(super) fn set(pools: Vec<Pool>) -> PoolSet {
    PoolSet {
        pools,
        ..PoolSet::default()
    }
}

pub(super) fn bytes(number: u64) -> [u8; 16] {
    let mut bytes = [7; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(super) fn lease_id(number: u64) -> LeaseId {
    LeaseId::from_bytes(bytes(number))
}

pub(super) fn request(key: u64, feature: &str, version: &str, count: u32, holder: Holder) -> CheckoutRequest {
    CheckoutRequest {
        request_key: RequestKey::from_bytes(bytes(key)),
        feature: feature.to_owned(),
        version: version.to_owned(),
        count,
        holder,
        queue: false,
        borrow_seconds: 0,
        caller: String::new(),
    }
}

pub(super) fn holder(user: &str, host: &str) -> Holder {
    Holder {
        user: user.to_owned(),
        host: host.to_owned(),
        ..Holder::default()
    }
}
