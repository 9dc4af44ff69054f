//! Pools, requests and clocks for the tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{DupGroup, LicenseDate};
use licensing_seats::pool::{Pool, PoolIdentity, PoolIncrement, PoolSet};
use licensing_seats::seat::{CheckoutRequest, Decision, Holder, Lease, RequestKey};
use licensing_store::{Clock, SeatService, SeatServiceOptions};

/// One pool of invented seats.
pub(crate) fn pool(feature: &str, count: u32) -> Pool {
    Pool {
        identity: Arc::new(PoolIdentity {
            feature: feature.to_owned(),
            vendor: "ACME".to_owned(),
            version: "1.0".parse().unwrap(),
            dup_group: DupGroup::None,
            terms: BTreeMap::new(),
            suite: None,
        }),
        increments: vec![PoolIncrement {
            count: Some(count),
            overdraft: 0,
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
        }],
    }
}

pub(crate) fn pools(feature: &str, count: u32) -> PoolSet {
    PoolSet {
        pools: vec![pool(feature, count)],
        ..PoolSet::default()
    }
}

pub(crate) fn key(number: u64) -> RequestKey {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    RequestKey::from_bytes(bytes)
}

pub(crate) fn request(feature: &str, number: u64) -> CheckoutRequest {
    CheckoutRequest {
        request_key: key(number),
        feature: feature.to_owned(),
        version: String::new(),
        count: 1,
        holder: Holder {
            user: format!("user{number}"),
            host: format!("host{number}"),
            display: ":0".to_owned(),
            vendor_data: String::new(),
            product: "Drafting 4.2".to_owned(),
            process_id: 4711,
            ..Holder::default()
        },
        queue: false,
        borrow_seconds: 0,
        caller: String::new(),
    }
}

pub(crate) fn granted(decision: Decision) -> Lease {
    match decision {
        Decision::Granted(lease) => lease,
        Decision::Repeated(_) | Decision::Denied(_) | Decision::Queued(_) => {
            panic!("expected a grant, got {decision:?}")
        }
    }
}

/// A clock that goes only when it is told to.
pub(crate) struct TestClock {
    monotonic_ms: AtomicU64,
    wall_ms: AtomicI64,
}

impl TestClock {
    pub(crate) fn at(wall: &str) -> Arc<Self> {
        let wall: Timestamp = wall.parse().unwrap();
        Arc::new(Self {
            monotonic_ms: AtomicU64::new(5_000),
            wall_ms: AtomicI64::new(wall.as_millisecond()),
        })
    }

    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        let ms = time.as_millis() as u64;
        self.monotonic_ms.fetch_add(ms, Ordering::SeqCst);
        self.wall_ms.fetch_add(ms as i64, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub(crate) fn jump(&self, by: SignedDuration) {
        self.wall_ms.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.load(Ordering::SeqCst)
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_millisecond(self.wall_ms.load(Ordering::SeqCst)).unwrap()
    }

    fn date(&self, at: Timestamp) -> Date {
        TimeZone::UTC.to_datetime(at).date()
    }
}

pub(crate) fn options(path: &Path, pools: PoolSet, clock: Arc<dyn Clock>) -> SeatServiceOptions {
    let mut options = SeatServiceOptions::new(path, "ACME", pools, clock);
    options.tick = Duration::from_millis(20);
    options
}

pub(crate) fn start(path: &Path, pools: PoolSet, clock: Arc<dyn Clock>) -> SeatService {
    SeatService::start(options(path, pools, clock)).unwrap()
}
