//! What rules need to know of a pool.

use jiff::civil::Date;

use crate::license_file::{License, LicenseDate, LicenseVersion, NamedOnly};
use crate::options_file::{Selector, SelectorKey};

/// A pool as rules see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolFacts {
    /// Feature; case is ignored.
    pub feature: String,
    /// Packages of which the feature is a component: a rule for the package is one for the feature.
    pub packages: Vec<String>,
    /// Lines of license files it consists of; a selector means the pool when it means one of them.
    pub lines: Vec<LineFacts>,
    /// Seats installed now; none when uncounted.
    pub seats: Option<u32>,
    /// USER_BASED.
    pub user_based: Option<NamedOnly>,
    /// HOST_BASED.
    pub host_based: Option<NamedOnly>,
}

/// The values by which a selector can mean a line of a license file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineFacts {
    version: Option<LicenseVersion>,
    expires: Option<LicenseDate>,
    key: Option<String>,
    host_id: Option<String>,
    sign: Option<String>,
    issuer: Option<String>,
    notice: Option<String>,
    vendor_string: Option<String>,
    dist_info: Option<String>,
    user_info: Option<String>,
    asset_info: Option<String>,
}

impl LineFacts {
    /// Of a FEATURE, INCREMENT or UPGRADE line.
    pub fn of(license: &License) -> Self {
        let text = |keyword: &str| {
            let value = license.attribute(keyword)?.value.as_ref()?;
            Some(value.text.clone())
        };
        Self {
            version: Some(license.version.value.clone()),
            expires: Some(license.expires.value),
            key: license.key.as_ref().map(|key| key.value.clone()),
            host_id: text("HOSTID"),
            sign: text("SIGN"),
            issuer: text("ISSUER"),
            notice: text("NOTICE"),
            vendor_string: text("VENDOR_STRING"),
            dist_info: text("dist_info"),
            user_info: text("user_info"),
            asset_info: text("asset_info"),
        }
    }

    /// Of a line of which only version and last valid day are known; no day when permanent.
    pub fn dated(version: LicenseVersion, expires: Option<Date>) -> Self {
        Self {
            version: Some(version),
            expires: Some(expires.map_or(LicenseDate::Permanent, LicenseDate::Day)),
            ..Self::default()
        }
    }

    /// Whether the line carries the value. Versions are compared as numbers, dates as dates, signatures without
    /// blanks, everything else without regard to case. Entitlements are unknown to license files.
    fn carries(&self, key: SelectorKey, value: &str) -> bool {
        let text = |own: &Option<String>| own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(value));
        match key {
            SelectorKey::Version => value
                .parse()
                .is_ok_and(|value: LicenseVersion| self.version.as_ref() == Some(&value)),
            SelectorKey::ExpDate => value.parse().is_ok_and(|value| self.expires == Some(value)),
            SelectorKey::Sign => self.sign.as_ref().is_some_and(|sign| {
                let digits = |text: &str| text.split_whitespace().collect::<String>();
                digits(sign).eq_ignore_ascii_case(&digits(value))
            }),
            SelectorKey::Key => text(&self.key),
            SelectorKey::HostId => text(&self.host_id),
            SelectorKey::Issuer => text(&self.issuer),
            SelectorKey::Notice => text(&self.notice),
            SelectorKey::VendorString => text(&self.vendor_string),
            SelectorKey::DistInfo => text(&self.dist_info),
            SelectorKey::UserInfo => text(&self.user_info),
            SelectorKey::AssetInfo => text(&self.asset_info),
            SelectorKey::Entitlement => false,
        }
    }
}

impl PoolFacts {
    /// Names a rule can use for it, in lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        std::iter::once(&self.feature)
            .chain(&self.packages)
            .map(|name| name.to_lowercase())
    }

    /// Whether the narrowing part of a selector means it.
    pub(super) fn is_narrowed_by(&self, selector: &Selector) -> bool {
        match &selector.key {
            None => true,
            Some((key, value)) => self.lines.iter().any(|line| line.carries(*key, value)),
        }
    }
}
