//! Licenses that the server brings itself, so that products find it before anything is bought.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;

use licensing_license_file::license_file::{DupGroup, LicenseDate, LicenseVersion};

use super::identity::BUILT_IN;
use super::{Pool, PoolIdentity, PoolIncrement, PoolSet};

/// Servers that can be connected at a time.
pub const STARTUP_CONNECTIONS: u32 = 10_000;

/// Later than every version and date that a product can ask for.
const ANY_VERSION: &str = "99999.0";

/// Feature of the start-up license: the vendor's own name. A product server takes it when it connects and keeps it, so
/// its holders are the products that are connected. It is no stock of anything that was bought.
pub fn startup_feature(vendor: &str) -> String {
    vendor.to_owned()
}

/// Feature of the diagnostics license, which consoles check out to see whether the server serves.
pub fn diagnostics_feature(vendor: &str) -> &'static str {
    match vendor.eq_ignore_ascii_case("CITRIX") {
        true => "CTXLSDIAG",
        false => "LSDIAG",
    }
}

impl PoolSet {
    /// Adds the start-up and the diagnostics license of a vendor behind all pools. One that a license file grants on
    /// that day stays the file's.
    pub fn add_built_in(&mut self, vendor: &str, today: Date) {
        let Ok(version) = ANY_VERSION.parse::<LicenseVersion>() else {
            return;
        };
        for (feature, count) in [
            (startup_feature(vendor), Some(STARTUP_CONNECTIONS)),
            (diagnostics_feature(vendor).to_owned(), None),
        ] {
            let granted = self
                .pools
                .iter()
                .filter(|pool| pool.identity.feature.eq_ignore_ascii_case(&feature))
                .any(|pool| !pool.capacity(today).is_none());
            if !granted {
                self.pools.push(built_in(feature, vendor, version.clone(), count));
            }
        }
    }
}

fn built_in(feature: String, vendor: &str, version: LicenseVersion, count: Option<u32>) -> Pool {
    Pool {
        identity: Arc::new(PoolIdentity {
            feature,
            vendor: vendor.to_owned(),
            version,
            dup_group: DupGroup::HOST,
            terms: BTreeMap::from([(BUILT_IN.to_owned(), String::new())]),
            suite: None,
        }),
        increments: vec![PoolIncrement {
            count,
            overdraft: 0,
            expires: LicenseDate::Permanent,
            starts: None,
            issued: None,
            notice: None,
            // The server vouches for what it brings itself.
            signature: SignatureState::Valid,
            accepted_unverified: false,
            host_matches: true,
            host_ids: Vec::new(),
            serial_number: None,
            vendor_string: None,
            license_type: Some("SYS".to_owned()),
            linger_seconds: 0,
            file: String::new(),
            line: 0,
        }],
    }
}
