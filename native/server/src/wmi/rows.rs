//! From pools and lines to the rows of the classes.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use licensing_api::inventory::{InventoryRow, PoolStatus, SignatureState};
use licensing_license_file::license_file::{License, LineKind};
use licensing_wsman::{Snapshot, Table, Value};

use crate::installed::{Installed, InstalledLicenseFile};

/// What is the same for all rows of one snapshot.
pub(super) struct ServerFacts {
    pub(super) host_name: String,
    pub(super) licensing_port: u16,
    pub(super) web_services_port: u16,
    pub(super) started: Timestamp,
    pub(super) refresh_seconds: u32,
    pub(super) snapshot: Arc<Snapshot>,
}

/// The tables of one snapshot.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) citrix_pools: Table,
    pub(super) citrix_licenses: Table,
    pub(super) citrix_server: Table,
    pub(super) pools: Table,
    pub(super) licenses: Table,
    pub(super) server: Table,
    /// When they were taken, and what they lack.
    pub(super) snapshot: Arc<Snapshot>,
}

impl Tables {
    pub(super) fn new(pools: &[InventoryRow], installed: &Installed, server: &ServerFacts) -> Self {
        let lines = Lines::of(installed);
        let serving = pools.iter().filter(|pool| pool.status == PoolStatus::Serving);
        let licenses: Vec<_> = installed.files.iter().flat_map(|file| licenses(file)).collect();
        Self {
            citrix_pools: Table::new(serving.map(|pool| citrix_pool(pool, &lines)).collect()),
            citrix_licenses: Table::new(licenses.iter().map(Granted::citrix).collect()),
            citrix_server: Table::new(vec![Box::new([
                server.host_name.as_str().into(),
                u32::from(server.licensing_port).into(),
                env!("CARGO_PKG_VERSION").into(),
            ])]),
            pools: Table::new(pools.iter().map(|row| pool(row, server)).collect()),
            licenses: Table::new(licenses.iter().map(Granted::plain).collect()),
            server: Table::new(vec![Box::new([
                server.host_name.as_str().into(),
                env!("CARGO_PKG_VERSION").into(),
                u32::from(server.licensing_port).into(),
                u32::from(server.web_services_port).into(),
                server.started.into(),
                server.snapshot.taken.into(),
                server.refresh_seconds.into(),
                Value::optional(problems(&server.snapshot)),
            ])]),
            snapshot: Arc::clone(&server.snapshot),
        }
    }
}

/// What the other classes lack, as one text; none when they are complete.
fn problems(snapshot: &Snapshot) -> Option<String> {
    let texts: Vec<&str> = snapshot
        .problems
        .iter()
        .map(|problem| problem.text.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// First line of each pool: the terms that all lines of a pool have in common.
struct Lines<'a>(HashMap<(String, String, String), &'a License>);

impl<'a> Lines<'a> {
    fn of(installed: &'a Installed) -> Self {
        let mut lines = HashMap::new();
        for file in &installed.files {
            for (_, increment) in file.file.increments() {
                let license = &increment.license;
                let version = license.version.value.to_string();
                lines
                    .entry(line_key(&license.vendor.value, &license.feature.value, &version))
                    .or_insert(license);
            }
        }
        Self(lines)
    }

    fn first(&self, pool: &InventoryRow) -> Option<&'a License> {
        self.0
            .get(&line_key(&pool.vendor, &pool.feature, &pool.version))
            .copied()
    }
}

fn line_key(vendor: &str, feature: &str, version: &str) -> (String, String, String) {
    (
        vendor.to_ascii_uppercase(),
        feature.to_ascii_uppercase(),
        version.to_owned(),
    )
}

fn citrix_pool(pool: &InventoryRow, lines: &Lines<'_>) -> Box<[Value]> {
    let license = lines.first(pool);
    let terms = license.map(|license| &license.terms);
    let duplicates = license
        .and_then(|license| license.attribute("DUP_GROUP"))
        .and_then(|attribute| attribute.value.as_ref())
        .map(|value| value.text.clone());
    let platforms = terms
        .map(|terms| terms.platforms.join(" "))
        .filter(|platforms| !platforms.is_empty());
    Box::new([
        pool.licenses_available
            .saturating_add(pool.license_overdraft)
            .into(),
        Value::optional(duplicates),
        terms.is_some_and(|terms| terms.float_ok.is_some()).into(),
        terms.is_some_and(|terms| terms.host_based.is_some()).into(),
        pool.host_ids.join(" ").into(),
        pool.licenses_in_use.into(),
        pool.license_type.as_str().into(),
        pool.license_overdraft.into(),
        Value::optional(platforms),
        pool.feature.as_str().into(),
        full_name(pool).into(),
        Value::optional(pool.free),
        day(pool.license_subscription_advantage_date),
        terms.is_some_and(|terms| terms.user_based.is_some()).into(),
        pool.vendor_string.as_str().into(),
    ])
}

fn pool(pool: &InventoryRow, server: &ServerFacts) -> Box<[Value]> {
    Box::new([
        pool.pool_id.as_str().into(),
        pool.vendor.as_str().into(),
        pool.feature.as_str().into(),
        full_name(pool).into(),
        pool.localized_license_product_name.as_str().into(),
        pool.license_localized_edition.as_str().into(),
        pool.localized_license_model.as_str().into(),
        pool.version.as_str().into(),
        pool.license_type.as_str().into(),
        pool.licenses_available.into(),
        pool.license_overdraft.into(),
        pool.licenses_in_use.into(),
        pool.overdraft_in_use.into(),
        Value::optional(pool.free),
        pool.reserved.into(),
        pool.borrowed.into(),
        pool.burst.into(),
        pool.queued.into(),
        pool.uncounted.into(),
        status(pool.status).into(),
        signature(pool.signature).into(),
        day(pool.license_expiration_date),
        day(pool.license_subscription_advantage_date),
        pool.vendor_string.as_str().into(),
        pool.host_ids.join(" ").into(),
        server.snapshot.taken.into(),
    ])
}

/// Readable product, edition and model, as far as there are any.
fn full_name(pool: &InventoryRow) -> String {
    let parts = [
        &pool.localized_license_product_name,
        &pool.license_localized_edition,
        &pool.localized_license_model,
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// One line that grants seats.
struct Granted<'a> {
    file: &'a str,
    line: u32,
    license: &'a License,
    signature: Option<SignatureState>,
}

fn licenses(file: &InstalledLicenseFile) -> impl Iterator<Item = Granted<'_>> {
    let lines = file.file.lines.iter().zip(&file.signatures);
    lines.filter_map(|(line, signature)| {
        let LineKind::Increment(increment) = &line.kind else {
            return None;
        };
        Some(Granted {
            file: &file.name,
            line: line.at.line,
            license: &increment.license,
            signature: *signature,
        })
    })
}

impl Granted<'_> {
    fn citrix(&self) -> Box<[Value]> {
        let license = self.license;
        Box::new([
            license.count.value.unwrap_or(0).into(),
            day(license.expires.value.day()),
            self.file.into(),
            self.line.into(),
            license.feature.value.as_str().into(),
            Value::optional(license.terms.serial_number.clone()),
            self.subscription(),
            self.vendor_string(),
        ])
    }

    fn plain(&self) -> Box<[Value]> {
        let license = self.license;
        Box::new([
            self.file.into(),
            self.line.into(),
            license.vendor.value.as_str().into(),
            license.feature.value.as_str().into(),
            license.version.value.to_string().into(),
            Value::optional(license.count.value),
            license.overdraft().into(),
            Value::optional(license.terms.serial_number.clone()),
            day(license.expires.value.day()),
            day(license.terms.start),
            self.subscription(),
            Value::optional(self.signature.map(signature)),
            self.vendor_string(),
        ])
    }

    fn subscription(&self) -> Value {
        day(self.license.version.value.date().map(|version| version.date))
    }

    fn vendor_string(&self) -> Value {
        let attribute = self.license.attribute("VENDOR_STRING");
        let text = attribute
            .and_then(|attribute| attribute.value.as_ref())
            .map_or("", |value| value.text.as_str());
        text.into()
    }
}

/// A day, as its first moment in UTC: what is compared and cut out of it is the date.
fn day(day: Option<Date>) -> Value {
    let start = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    start.map_or(Value::Null, |start| Value::Time(start.timestamp()))
}

fn status(status: PoolStatus) -> &'static str {
    match status {
        PoolStatus::Serving => "Serving",
        PoolStatus::Expired => "Expired",
        PoolStatus::NotStarted => "NotStarted",
        PoolStatus::WrongHost => "WrongHost",
        PoolStatus::Refused => "Refused",
    }
}

fn signature(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Valid => "Valid",
        SignatureState::Unverifiable => "Unverifiable",
        SignatureState::Invalid => "Invalid",
        SignatureState::UnknownIssuer => "UnknownIssuer",
        SignatureState::Missing => "Missing",
    }
}
