//! FEATURE, INCREMENT, UPGRADE and PACKAGE lines in words.

use licensing_api::finding::Severity;

use super::Explainer;
use super::wording::{Sentences, counted, day, days_between, feature, list, seats};
use crate::pool::satisfied_features;
use licensing_license_file::feature_code::SeatUnit;
use licensing_license_file::license_file::{
    DupGroup, Increment, IncrementKeyword, License, LicenseDate, LicenseVersion, Line, Package, Suite, Terms,
    Upgrade, VmPlatforms,
};
use licensing_texts::catalog::{Locale, license_type};

/// Days before the last valid day from which on a license is about to expire.
const EXPIRY_WARNING_DAYS: u64 = 14;

impl Explainer<'_> {
    pub(super) fn explain_increment(&mut self, line: &Line, increment: &Increment, text: &mut Sentences) {
        let license = &increment.license;
        let name = feature(&license.feature.value);
        let versions = versions(&license.version.value);
        text.add(match license.count.value {
            Some(count) => format!("Grants {} of {name} {versions}.", seats(count)),
            None => format!("Allows any number of {name} {versions}; seats are not counted."),
        });
        if license.overdraft() > 0 {
            text.add(format!(
                "Up to {} more may be used as overdraft.",
                seats(license.overdraft())
            ));
        }
        self.explain_time(line, license, text);
        explain_owner(&license.terms, text);
        explain_sharing(&license.feature.value, &license.terms, text);
        explain_limits(&license.terms, text);
        if increment.keyword == IncrementKeyword::Feature {
            text.add("Of several FEATURE lines of this name only the first counts.");
        }
        self.explain_subscription(line, license, text);
        self.explain_supersede(&license.terms, &license.feature.value, text);
        self.explain_fate(line, text);
        self.explain_neighbours(line, license, text);
        match self.is_made_out_to_host {
            Some(false) => text.add("Not granted on this server: the file is bound to another one."),
            None if license.count.value.is_some() => {
                text.add("Not granted: counted seats of a file without a SERVER line belong to no server.");
            }
            Some(true) | None => {}
        }
    }

    pub(super) fn explain_upgrade(&mut self, line: &Line, upgrade: &Upgrade, text: &mut Sentences) {
        let license = &upgrade.license;
        text.add(format!(
            "Turns up to {} of {} from version {} on into seats of version {}.",
            seats(license.count.value.unwrap_or(0)),
            feature(&license.feature.value),
            upgrade.from_version.value,
            license.version.value
        ));
        self.explain_time(line, license, text);
        explain_owner(&license.terms, text);
        self.explain_supersede(&license.terms, &license.feature.value, text);
        self.explain_fate(line, text);
        self.explain_neighbours(line, license, text);
    }

    pub(super) fn explain_package(&mut self, line: &Line, package: &Package, text: &mut Sentences) {
        let components: Vec<&str> = package
            .components
            .iter()
            .map(|part| part.feature.as_str())
            .collect();
        text.add(format!(
            "Names {} {} as a package of {}.",
            feature(&package.name.value),
            package.version.value,
            list(&components)
        ));
        text.add(match package.suite {
            Suite::Components => "It grants nothing itself: a line of the same name and version grants the seats, each of which is one of every component.",
            Suite::Suite => "It grants nothing itself; a seat of a component also takes one of the package.",
            Suite::Reserved => "It grants nothing itself; whoever takes a component has the others reserved.",
        });
        explain_owner(&package.terms, text);
        self.explain_supersede(&package.terms, &package.name.value, text);
        self.explain_fate(line, text);
    }

    fn explain_time(&mut self, line: &Line, license: &License, text: &mut Sentences) {
        let today = self.context.today;
        if let Some(start) = license.terms.start {
            if start > today {
                text.add(format!("Not valid before {}.", day(start)));
            } else {
                text.add(format!("Valid since {}.", day(start)));
            }
        }
        let LicenseDate::Day(last) = license.expires.value else {
            text.add("It never expires.");
            return;
        };
        if last < today {
            text.add(format!("It expired: its last day was {}.", day(last)));
            return;
        }
        let left = days_between(today, last);
        let left_words = if left == 0 {
            "today".to_owned()
        } else {
            format!("in {}", counted(left, "day", "days"))
        };
        text.add(format!("Its last day is {} ({left_words}).", day(last)));
        if left <= EXPIRY_WARNING_DAYS {
            self.find(
                Severity::Warning,
                line,
                None,
                format!(
                    "{} is about to expire: its last day is {}.",
                    license.feature.value,
                    day(last)
                ),
                "Renew it.",
            );
        }
    }

    /// A date as version is the day to which Subscription Advantage was bought.
    fn explain_subscription(&mut self, line: &Line, license: &License, text: &mut Sentences) {
        let today = self.context.today;
        if let Some(version) = license.version.value.date()
            && version.date < today
        {
            text.add(format!(
                "Its Subscription Advantage ended on {}: what runs goes on running, newer releases need a renewal.",
                day(version.date)
            ));
        }
        if license.terms.vendor_string.subscription_advantage() == Some(false) {
            text.add("It comes without Subscription Advantage.");
            self.find(
                Severity::Information,
                line,
                None,
                format!("{} comes without Subscription Advantage.", license.feature.value),
                "Buy it if newer releases are wanted.",
            );
        }
    }

    fn explain_neighbours(&mut self, line: &Line, license: &License, text: &mut Sentences) {
        let name = &license.feature.value;
        if let Some((first, more)) = self.neighbours.same_serial(license, line.at.line) {
            let serial = license.terms.serial_number.as_deref().unwrap_or_default();
            let others = match more {
                0 => first.to_string(),
                more => format!(
                    "{first} and {}",
                    counted(more as u64, "other line", "other lines")
                ),
            };
            text.add(format!("Serial number {serial} is also that of {others}."));
            self.find(
                Severity::Warning,
                line,
                None,
                format!("{name} with serial number {serial} is there more than once: also in {others}."),
                "Remove one of the files if it is the same purchase.",
            );
        }
        if let Some((other, place)) = self.neighbours.pair(license) {
            text.add(format!(
                "One purchase with {other} in {place}: both show the full number, but only one of them is used. Do not add them up."
            ));
        }
    }

    fn explain_supersede(&self, terms: &Terms, own: &str, text: &mut Sentences) {
        if let (Some(supersede), Some(issued)) = (&terms.supersede, terms.issued) {
            let own = [own.to_owned()];
            let features = match supersede.features.as_slice() {
                [] => own.as_slice(),
                features => features,
            };
            text.add(format!(
                "Replaces lines of {} issued before {}.",
                list(features),
                day(issued)
            ));
        }
        if !terms.superseded_lines.is_empty() {
            let features: Vec<&str> = terms
                .superseded_lines
                .iter()
                .map(|line| line.feature.as_str())
                .collect();
            text.add(format!(
                "Replaces certain lines of {} whose signatures it names.",
                list(&features)
            ));
        }
    }
}

fn versions(version: &LicenseVersion) -> String {
    match version.date() {
        Some(date) => format!("for releases up to {}", day(date.date)),
        None => format!("for versions up to {version}"),
    }
}

fn explain_owner(terms: &Terms, text: &mut Sentences) {
    let mut parts = Vec::new();
    if let Some(notice) = &terms.notice {
        parts.push(format!("issued to {notice}"));
    }
    if let Some(kind) = terms.vendor_string.license_type() {
        let name = license_type(kind, Locale::ENGLISH);
        let kind = if name == kind {
            name
        } else {
            format!("{kind} ({name})")
        };
        parts.push(format!("of type {kind}"));
    }
    if let Some(serial) = &terms.serial_number {
        parts.push(format!("with serial number {serial}"));
    }
    if let Some(issued) = terms.issued {
        parts.push(format!("issued on {}", day(issued)));
    }
    if !parts.is_empty() {
        text.add(format!("It is {}.", parts.join(", ")));
    }
}

fn explain_sharing(name: &str, terms: &Terms, text: &mut Sentences) {
    match terms.dup_group {
        _ if SeatUnit::of(name) == SeatUnit::Server => text.add(
            "Hosts are counted: each takes as many seats as the largest request from it, for a server or for its cores or sockets.",
        ),
        DupGroup::None => {}
        DupGroup::Site => text.add("Everybody together takes one seat."),
        DupGroup::Same {
            user,
            host,
            display,
            vendor_data,
        } => {
            let same: Vec<&str> = [
                (user, "user"),
                (host, "host"),
                (display, "display"),
                (vendor_data, "client device or other data of the product"),
            ]
            .into_iter()
            .filter_map(|(chosen, name)| chosen.then_some(name))
            .collect();
            text.add(format!("Checkouts with the same {} share a seat.", list(&same)));
        }
    }
    let others = satisfied_features(name, &terms.vendor_string);
    if !others.is_empty() {
        text.add(format!(
            "Its seats also satisfy requests for {} that no license of their own can serve.",
            list(&others)
        ));
    }
    if let Some(most) = terms.vendor_string.most_seats() {
        text.add(format!(
            "At most {} of the feature can be used, however many were bought.",
            seats(most)
        ));
    }
}

fn explain_limits(terms: &Terms, text: &mut Sentences) {
    if !terms.host_ids.is_empty() {
        let ids: Vec<String> = terms.host_ids.iter().map(ToString::to_string).collect();
        text.add(format!("It may be used only on {}.", list(&ids)));
    }
    if let Some(hours) = terms.borrow_hours {
        text.add(format!(
            "Seats may be borrowed for up to {}.",
            counted(u64::from(hours), "hour", "hours")
        ));
    }
    if let Some(seconds) = terms.linger_seconds {
        text.add(format!(
            "A seat stays out for {seconds} seconds after it was given back."
        ));
    }
    for (based, who) in [(terms.user_based, "users"), (terms.host_based, "hosts")] {
        if let Some(based) = based {
            let limit = based
                .limit
                .map(|limit| format!(", at most {limit}"))
                .unwrap_or_default();
            text.add(format!(
                "Only {who} that the options file names may use it{limit}."
            ));
        }
    }
    if !terms.platforms.is_empty() {
        text.add(format!("It is for the platforms {}.", list(&terms.platforms)));
    }
    match terms.vm_platforms {
        Some(VmPlatforms::Physical) => text.add("It is for physical machines only."),
        Some(VmPlatforms::VmOnly) => text.add("It is for virtual machines only."),
        Some(VmPlatforms::All) | None => {}
    }
    if terms.float_ok.is_some() {
        text.add("It moves with a dongle.");
    }
    if let Some(hours) = terms.vendor_string.grace_hours() {
        text.add(format!(
            "Products that lose the server may go on for {}.",
            counted(u64::from(hours), "hour", "hours")
        ));
    }
    if let Some(days) = terms.vendor_string.assignment_days() {
        text.add(format!(
            "A seat stays assigned for {} after its last use.",
            counted(u64::from(days), "day", "days")
        ));
    }
}
