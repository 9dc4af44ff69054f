//! What becomes of lines on this server: from the pools themselves, so that nothing is explained that is not done.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use licensing_api::license_file::PoolEffect;

use super::wording::{Sentences, counted, list, seats};
use super::{ExplainContext, Explainer};
use crate::pool::{
    ComponentSeats, IgnoredLine, InstalledFile, LineFate, LinePlace, PoolContext, PoolSet, effects,
};
use licensing_license_file::license_file::{Line, PublisherLine, Suite};

/// The pools of the vendors of a file, without it and with it, and what becomes of its lines.
pub(super) struct Fates {
    pools: Vec<(PoolSet, PoolSet)>,
    notes: HashMap<u32, Vec<LineFate>>,
    ignored: HashMap<u32, IgnoredLine>,
}

impl Fates {
    pub(super) fn of(file: &InstalledFile<'_>, context: &ExplainContext<'_>) -> Self {
        let others = context.installed.iter().filter(|other| other.name != file.name);
        let before: Vec<InstalledFile<'_>> = others.copied().collect();
        let mut after = before.clone();
        // The order of the folder: of the names.
        let at = after.partition_point(|other| other.name < file.name);
        after.insert(at, *file);
        let mut fates = Self {
            pools: Vec::new(),
            notes: HashMap::new(),
            ignored: HashMap::new(),
        };
        for vendor in vendors(file) {
            let context = PoolContext {
                vendor: &vendor,
                host: context.host,
                today: context.today,
                accept_unverified: (context.accepts_unverified)(&vendor),
                vendor_string_pools: (context.vendor_string_pools)(&vendor),
            };
            let after = PoolSet::build(&after, &context);
            fates.add(file.name, &after);
            fates.pools.push((PoolSet::build(&before, &context), after));
        }
        fates
    }

    fn add(&mut self, file: &str, pools: &PoolSet) {
        for note in pools.notes.iter().filter(|note| note.place.file == file) {
            self.notes
                .entry(note.place.line)
                .or_default()
                .push(note.fate.clone());
        }
        for line in pools.ignored.iter().filter(|line| line.file == file) {
            self.ignored.insert(line.line, line.clone());
        }
    }

    /// How the pools change with the file.
    pub(super) fn effects(&self, today: Date) -> Vec<PoolEffect> {
        self.pools
            .iter()
            .flat_map(|(before, after)| effects(before, after, today))
            .collect()
    }
}

/// Vendors of the lines of a file, in upper case.
fn vendors(file: &InstalledFile<'_>) -> BTreeSet<String> {
    file.file
        .lines
        .iter()
        .filter_map(|line| PublisherLine::of(&line.kind))
        .map(|line| line.vendor().to_ascii_uppercase())
        .collect()
}

impl Explainer<'_> {
    /// Says what a line does to others and others to it.
    pub(super) fn explain_fate(&mut self, line: &Line, text: &mut Sentences) {
        let number = line.at.line;
        for fate in self.fates.notes.get(&number).into_iter().flatten() {
            text.add(self.in_fate_words(fate));
        }
        let Some(ignored) = self.fates.ignored.get(&number).cloned() else {
            return;
        };
        text.add(format!(
            "It has no effect here: {}",
            lower_first(&ignored.reason.sentence(&|place| self.at(place)))
        ));
        self.add_finding(ignored.finding());
    }

    fn at(&self, place: &LinePlace) -> String {
        if place.file == self.file.name {
            format!("line {}", place.line)
        } else {
            place.to_string()
        }
    }

    fn in_fate_words(&self, fate: &LineFate) -> String {
        match fate {
            LineFate::Supersedes(number) => format!(
                "It takes {} out of use here.",
                counted(*number as u64, "line", "lines")
            ),
            LineFate::Turned {
                seats: number,
                of,
                from,
            } => format!(
                "Here it turns {} of version {from} in {}.",
                seats(*number),
                self.at(of)
            ),
            LineFate::TurnedInto {
                seats: number,
                by,
                version,
            } => format!(
                "{} turns {} of it into version {version}.",
                upper_first(&self.at(by)),
                seats(*number)
            ),
            LineFate::Enables {
                package,
                components,
                suite,
            } => format!(
                "It enables the package in {}: {}",
                self.at(package),
                in_package(components, *suite)
            ),
            LineFate::EnabledBy(place) => format!("Enabled by {}.", self.at(place)),
            LineFate::Capped { usable, most } => {
                format!("Of its seats {usable} can be used here, because the highest number is {most}.")
            }
        }
    }
}

fn in_package(components: &[ComponentSeats], suite: Suite) -> String {
    let parts: Vec<String> = components
        .iter()
        .map(|part| {
            let name = format!("{} {}", part.feature, part.version);
            match part.count {
                Some(count) => format!("{} of {name}", seats(count)),
                None => format!("any number of {name}"),
            }
        })
        .collect();
    let parts = list(&parts);
    match suite {
        Suite::Components => format!("instead of its own seats there are {parts}."),
        Suite::Suite | Suite::Reserved => {
            format!("there are also {parts}, each of which takes a seat of this one with it.")
        }
    }
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
