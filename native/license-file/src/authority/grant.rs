//! From an order to the text of a license file that is not signed yet.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;

use super::line::LineText;
use super::order::{
    AttributeChoice, Count, GrantOrder, Order, PackageOrder, ServerOrder, Suite, SwitchOr, VendorStringOrder,
};
use super::problem::{InvalidOrder, Problems};
use super::values::{host_id, name, part, text};
use crate::license_file::{
    HostId, LicenseDate, LicenseVersion, VendorMeaning, VendorString, is_administrators,
};
use crate::signing::TrustedIssuer;

/// Publisher's keywords that have no field of their own in an order.
const FURTHER_KEYWORDS: [&str; 9] = [
    "TS_OK",
    "ONE_TS_OK",
    "PLATFORMS",
    "VM_PLATFORMS",
    "TZ",
    "FLOAT_OK",
    "ISSUER",
    "SUITE_DUP_GROUP",
    "SUPERSEDE_SIGN",
];

impl Order {
    /// The license file without signatures.
    pub(super) fn to_license_text(
        &self,
        issuer: &TrustedIssuer,
        today: Date,
    ) -> Result<String, InvalidOrder> {
        let mut problems = Problems::default();
        let issued = self.issued.map_or(today, |date| date.0);
        let context = Context {
            vendor: name("vendor", &self.vendor, &mut problems),
            customer: text("customer", &self.customer, &mut problems),
            order_number: self.order_number.as_deref(),
            issued,
        };
        if let Some(number) = &self.order_number {
            part("order_number", number, &mut problems);
        }
        if !issuer.may_sign_for(&self.vendor) {
            problems.add(
                "vendor",
                format!("issuer {} may not sign for '{}'", issuer.issuer(), self.vendor),
            );
        }
        if self.grants.is_empty() && self.packages.is_empty() {
            problems.add("grants", "nothing is ordered");
        }
        let mut file = format!(
            "# This file is in UTF-8 format.\n# Issued on {issued} by {} to {}.\n\
             # Only host name, ports, paths and lower-case attributes may be edited.\n",
            issuer.issuer(),
            context.customer
        );
        self.write_server(&mut file, &mut problems);
        file.push_str(&format!("VENDOR {}\nUSE_SERVER\n", context.vendor));
        for (index, grant) in self.grants.iter().enumerate() {
            file.push_str(&grant.to_line(&context, index + 1, &mut problems));
        }
        for (index, package) in self.packages.iter().enumerate() {
            file.push_str(&package.to_line(&context, self.grants.len(), index + 1, &mut problems));
        }
        problems.finish(file)
    }

    fn write_server(&self, file: &mut String, problems: &mut Problems) {
        let counted = self
            .grants
            .iter()
            .any(|grant| grant.count != Some(Count::Uncounted));
        match &self.server {
            Some(server) => file.push_str(&server.to_line(problems)),
            None if counted => problems.add("server", "counted seats need a server"),
            None => {}
        }
    }
}

/// What all lines of an order share.
struct Context<'a> {
    vendor: String,
    customer: String,
    order_number: Option<&'a str>,
    issued: Date,
}

impl Context<'_> {
    fn serial_number(&self, own: Option<&str>, number: usize) -> Option<String> {
        own.map(str::to_owned)
            .or_else(|| self.order_number.map(|order| format!("{order}:{number}")))
    }
}

impl ServerOrder {
    fn to_line(&self, problems: &mut Problems) -> String {
        let mut line = LineText::new("SERVER");
        line.word(part(
            "server.host",
            self.host.as_deref().unwrap_or("this_host"),
            problems,
        ));
        match parsed::<HostId>("server.host_id", &self.host_id, problems) {
            Some(HostId::Demo) => problems.add("server.host_id", "DEMO is for uncounted licenses only"),
            Some(id) => line.word(host_id("server.host_id", &id, problems)),
            None => {}
        }
        match self.port {
            Some(0) => problems.add("server.port", "a port from 1 to 65535 is expected"),
            Some(port) => line.word(port.to_string()),
            None => {}
        }
        line.finish()
    }
}

impl GrantOrder {
    fn to_line(&self, context: &Context<'_>, number: usize, problems: &mut Problems) -> String {
        let field = |name: &str| format!("grants[{number}].{name}");
        let mut line = LineText::new(match (&self.upgrade_from, self.single) {
            (Some(_), _) => "UPGRADE",
            (None, true) => "FEATURE",
            (None, false) => "INCREMENT",
        });
        line.word(name(&field("feature"), &self.feature, problems));
        line.word(&context.vendor);
        let version = self.version(&field, problems);
        if let Some(from) = &self.upgrade_from {
            let from = parsed::<LicenseVersion>(&field("upgrade_from"), from, problems);
            if from >= version {
                problems.add(field("upgrade_from"), "must be below the version that is granted");
            }
            if self.single {
                problems.add(field("single"), "cannot be combined with upgrade_from");
            }
            line.word(from.map(|version| version.to_string()).unwrap_or_default());
        }
        line.word(version.map(|version| version.to_string()).unwrap_or_default());
        line.word(self.expiry(context, &field, problems));
        line.word(self.count(&field, problems));
        self.write_attributes(&mut line, context, number, &field, problems);
        line.finish()
    }

    fn version(&self, field: &dyn Fn(&str) -> String, problems: &mut Problems) -> Option<LicenseVersion> {
        match (&self.version, self.subscription_date) {
            (Some(version), None) => {
                let version = parsed::<LicenseVersion>(&field("version"), version, problems)?;
                if version.date().is_some_and(|date| date.missing_zero) {
                    problems.add(
                        field("version"),
                        "a date version needs four digits after the point",
                    );
                }
                Some(version)
            }
            (None, Some(date)) => Some(LicenseVersion::from_date(date.0)),
            (None, None) => {
                problems.add(field("version"), "a version or a subscription_date is needed");
                None
            }
            (Some(_), Some(_)) => {
                problems.add(
                    field("version"),
                    "version and subscription_date exclude each other",
                );
                None
            }
        }
    }

    fn expiry(
        &self,
        context: &Context<'_>,
        field: &dyn Fn(&str) -> String,
        problems: &mut Problems,
    ) -> String {
        let Some(expiry) = self.expires else {
            problems.add(field("expires"), "a last valid day or \"permanent\" is needed");
            return String::new();
        };
        let first = self.start.map_or(context.issued, |start| start.0);
        if expiry.0.is_past(first) {
            problems.add(
                field("expires"),
                format!("{} is before the first valid day {first}", expiry.0),
            );
        }
        expiry.0.to_string()
    }

    fn count(&self, field: &dyn Fn(&str) -> String, problems: &mut Problems) -> String {
        match self.count {
            Some(Count::Seats(seats)) => seats.to_string(),
            Some(Count::Uncounted) => {
                if self.host_ids.is_empty() {
                    problems.add(field("host_ids"), "uncounted licenses need at least one host id");
                }
                if self.upgrade_from.is_some() || self.overdraft.is_some() {
                    problems.add(
                        field("count"),
                        "uncounted licenses have no overdraft and no upgrade",
                    );
                }
                "uncounted".to_owned()
            }
            None => {
                problems.add(field("count"), "a number of seats or \"uncounted\" is needed");
                String::new()
            }
        }
    }

    fn write_attributes(
        &self,
        line: &mut LineText,
        context: &Context<'_>,
        number: usize,
        field: &dyn Fn(&str) -> String,
        problems: &mut Problems,
    ) {
        if let Some(fields) = &self.vendor_string {
            let value = fields.to_text(field, problems);
            if self.overdraft.is_some() && fields.overdraft_percent.is_some() {
                problems.add(
                    field("overdraft"),
                    "overdraft and overdraft_percent exclude each other",
                );
            }
            line.set("VENDOR_STRING", &value);
        }
        if let Some(seats) = self.overdraft {
            line.set("OVERDRAFT", &seats.to_string());
        }
        self.write_sharing(line, field, problems);
        self.write_limits(line, field, problems);
        write_further(&self.attributes, line, field, problems);
        line.set("ISSUED", &LicenseDate::Day(context.issued).to_string());
        if let Some(start) = self.start {
            line.set("START", &LicenseDate::Day(start.0).to_string());
        }
        let notice = self
            .notice
            .as_ref()
            .map(|notice| text(&field("notice"), notice, problems));
        line.set("NOTICE", notice.as_deref().unwrap_or(&context.customer));
        if let Some(serial) = context.serial_number(self.serial_number.as_deref(), number) {
            line.set("SN", &text(&field("serial_number"), &serial, problems));
        }
    }

    fn write_sharing(&self, line: &mut LineText, field: &dyn Fn(&str) -> String, problems: &mut Problems) {
        if let Some(group) = &self.dup_group {
            let good = matches!(group.as_str(), "NONE" | "SITE")
                || (!group.is_empty() && group.chars().all(|letter| "UHDV".contains(letter)));
            if !good {
                problems.add(
                    field("dup_group"),
                    format!("'{group}' is not NONE, SITE, or letters of U, H, D, V"),
                );
            }
            line.set("DUP_GROUP", group);
        }
        if !self.host_ids.is_empty() {
            let ids: Vec<String> = self
                .host_ids
                .iter()
                .filter_map(|id| {
                    let id = parsed::<HostId>(&field("host_ids"), id, problems)?;
                    Some(host_id(&field("host_ids"), &id, problems))
                })
                .collect();
            line.set("HOSTID", &ids.join(" "));
        }
        match &self.supersede {
            Some(SwitchOr::Switch(true)) => line.word("SUPERSEDE"),
            Some(SwitchOr::Value(features)) if !features.is_empty() => {
                let names: Vec<String> = features
                    .iter()
                    .map(|feature| name(&field("supersede"), feature, problems))
                    .collect();
                line.set("SUPERSEDE", &names.join(" "));
            }
            Some(SwitchOr::Switch(false) | SwitchOr::Value(_)) | None => {}
        }
    }

    fn write_limits(&self, line: &mut LineText, field: &dyn Fn(&str) -> String, problems: &mut Problems) {
        let switches = [
            ("BORROW", &self.borrow),
            ("USER_BASED", &self.user_based),
            ("HOST_BASED", &self.host_based),
        ];
        for (keyword, choice) in switches {
            match choice {
                Some(SwitchOr::Switch(true)) => line.word(keyword),
                Some(SwitchOr::Value(0)) => {
                    problems.add(field(&keyword.to_lowercase()), "a number from 1 is expected");
                }
                Some(SwitchOr::Value(number)) => line.set(keyword, &number.to_string()),
                Some(SwitchOr::Switch(false)) | None => {}
            }
        }
        if let Some(seconds) = self.linger_seconds {
            line.set("LINGER", &seconds.to_string());
        }
    }
}

/// The administrator's attributes, and the publisher's that have no field of their own.
fn write_further(
    attributes: &BTreeMap<String, AttributeChoice>,
    line: &mut LineText,
    field: &dyn Fn(&str) -> String,
    problems: &mut Problems,
) {
    for (keyword, choice) in attributes {
        let path = field(&format!("attributes.{keyword}"));
        let own = is_administrators(keyword) && keyword.starts_with(|first: char| first.is_ascii_lowercase());
        if !own && !FURTHER_KEYWORDS.contains(&keyword.as_str()) {
            let known = FURTHER_KEYWORDS.join(", ");
            problems.add(
                path,
                format!("is not possible here; lower-case keywords and {known} are"),
            );
            continue;
        }
        match choice {
            SwitchOr::Switch(true) if own => problems.add(path, "needs a text"),
            SwitchOr::Switch(true) => line.word(keyword),
            SwitchOr::Switch(false) => {}
            SwitchOr::Value(value) => line.set(keyword, &text(&path, value, problems)),
        }
    }
}

impl VendorStringOrder {
    fn to_text(&self, field: &dyn Fn(&str) -> String, problems: &mut Problems) -> String {
        let path = |name: &str| field(&format!("vendor_string.{name}"));
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut add = |key: &str, value: Option<String>| {
            fields.extend(value.map(|value| (key.to_owned(), value)));
        };
        let number = |value: Option<u32>| value.map(|number| number.to_string());
        add(
            "LT",
            self.license_type
                .as_ref()
                .map(|kind| part(&path("license_type"), kind, problems)),
        );
        add("GP", number(self.grace_hours));
        let compatible: Vec<String> = self
            .compatible
            .iter()
            .map(|edition| part(&path("compatible"), edition, problems))
            .collect();
        add("CL", (!compatible.is_empty()).then(|| compatible.join(",")));
        add(
            "SA",
            self.subscription_advantage.map(|on| u8::from(on).to_string()),
        );
        add("ODP", number(self.overdraft_percent));
        add("NUDURMIN", number(self.least_assignment_minutes));
        add("NUDURMAX", number(self.most_assignment_minutes));
        add("LP", number(self.assignment_days));
        add("MLC", number(self.most_seats));
        add(
            "AP",
            self.alert_policy
                .as_ref()
                .map(|policy| part(&path("alert_policy"), policy, problems)),
        );
        for (key, value) in &self.others {
            let key = part(&path("others"), key, problems);
            add(&key, Some(part(&path("others"), value, problems)));
        }
        let text: String = fields
            .iter()
            .map(|(key, value)| format!(";{key}={value}"))
            .collect();
        for wrong in VendorString::parse(&text)
            .fields
            .iter()
            .filter(|one| one.meaning == VendorMeaning::Invalid)
        {
            problems.add(path(&wrong.key), format!("'{}' is not valid", wrong.value));
        }
        text
    }
}

impl PackageOrder {
    fn to_line(
        &self,
        context: &Context<'_>,
        grants: usize,
        number: usize,
        problems: &mut Problems,
    ) -> String {
        let field = |name: &str| format!("packages[{number}].{name}");
        let mut line = LineText::new("PACKAGE");
        line.word(name(&field("name"), &self.name, problems));
        line.word(&context.vendor);
        let version = parsed::<LicenseVersion>(&field("version"), &self.version, problems);
        line.word(version.map(|version| version.to_string()).unwrap_or_default());
        if self.components.is_empty() {
            problems.add(field("components"), "at least one feature is needed");
        }
        let components: Vec<String> = self
            .components
            .iter()
            .map(|one| part(&field("components"), one, problems))
            .collect();
        line.set("COMPONENTS", &components.join(" "));
        match self.suite {
            Suite::None => {}
            Suite::Suite => line.set("OPTIONS", "SUITE"),
            Suite::Reserved => line.set("OPTIONS", "SUITE_RESERVED"),
        }
        line.set("ISSUED", &LicenseDate::Day(context.issued).to_string());
        if let Some(serial) = context.serial_number(self.serial_number.as_deref(), grants + number) {
            line.set("SN", &text(&field("serial_number"), &serial, problems));
        }
        line.finish()
    }
}

fn parsed<T>(field: &str, text: &str, problems: &mut Problems) -> Option<T>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error: T::Err| problems.add(field, error.to_string()))
        .ok()
}
