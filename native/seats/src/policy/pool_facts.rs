//! What rules need to know of a pool.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::pool::{InstalledFile, Pool, PoolSet};
use licensing_license_file::license_file::{
    License, LicenseDate, LicenseVersion, NamedOnly, Package, PublisherLine,
};
use licensing_license_file::options_file::{Selector, SelectorKey};

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
    /// Of all pools of one vendor, in their order, from the files they were built from.
    pub fn of(pools: &PoolSet, files: &[InstalledFile<'_>], today: Date) -> Vec<Self> {
        let granting = GrantingLines::of(files);
        pools
            .pools
            .iter()
            .map(|pool| granting.facts(pool, today))
            .collect()
    }

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

/// What the lines of files grant, by where they stand.
struct GrantingLines<'a> {
    licenses: HashMap<(&'a str, u32), &'a License>,
    /// Packages by vendor and component, both in lower case.
    packages: HashMap<(String, String), Vec<String>>,
}

impl<'a> GrantingLines<'a> {
    fn of(files: &[InstalledFile<'a>]) -> Self {
        let mut this = Self {
            licenses: HashMap::new(),
            packages: HashMap::new(),
        };
        for installed in files {
            for line in &installed.file.lines {
                let place = (installed.name, line.at.line);
                match PublisherLine::of(&line.kind) {
                    Some(PublisherLine::Increment(increment)) => {
                        this.licenses.insert(place, &increment.license);
                    }
                    Some(PublisherLine::Upgrade(upgrade)) => {
                        this.licenses.insert(place, &upgrade.license);
                    }
                    Some(PublisherLine::Package(package)) => this.package(package),
                    None => {}
                }
            }
        }
        this
    }

    fn package(&mut self, package: &Package) {
        for component in &package.components {
            let key = (
                package.vendor.value.to_lowercase(),
                component.feature.to_lowercase(),
            );
            self.packages
                .entry(key)
                .or_default()
                .push(package.name.value.clone());
        }
    }

    fn facts(&self, pool: &Pool, today: Date) -> PoolFacts {
        let licenses = || {
            let places = pool
                .increments
                .iter()
                .map(|increment| (increment.file.as_str(), increment.line));
            places.filter_map(|place| self.licenses.get(&place).copied())
        };
        let identity = &pool.identity;
        let key = (identity.vendor.to_lowercase(), identity.feature.to_lowercase());
        PoolFacts {
            feature: identity.feature.clone(),
            packages: self.packages.get(&key).cloned().unwrap_or_default(),
            lines: licenses().map(LineFacts::of).collect(),
            seats: pool.capacity(today).count,
            user_based: licenses().find_map(|license| license.terms.user_based),
            host_based: licenses().find_map(|license| license.terms.host_based),
        }
    }
}
