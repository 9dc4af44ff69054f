//! PACKAGE: the seats of the line that enables it become seats of its components.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::identity::SuiteMembership;
use super::lines::JudgedLine;
use super::{ComponentSeats, IgnoredLine, LineFate, LineNote, NoEffect, PoolIdentity};
use licensing_license_file::license_file::{
    DupGroup, License, LicenseVersion, Package, PackageComponent, Suite,
};

/// Most lines that all packages of a vendor may make of the ones that enable them.
const MAX_COMPONENT_LINES: usize = 200_000;

/// Name in lower case and version.
type Enabled = (String, LicenseVersion);

/// Puts the components in place of the lines that enable packages, or beside them where they are suites.
pub(super) fn unpack<'a>(
    candidates: Vec<Candidate<'a>>,
    packages: &[(JudgedLine<'a>, &'a Package)],
    ignored: &mut Vec<IgnoredLine>,
    notes: &mut Vec<LineNote>,
) -> Vec<Candidate<'a>> {
    let mut by_name: HashMap<Enabled, usize> = HashMap::new();
    for (index, (line, package)) in packages.iter().enumerate() {
        if line.serves() {
            let name = package.name.value.to_lowercase();
            by_name.insert((name, package.version.value.clone()), index);
        } else {
            ignored.push(line.ignored(NoEffect::NotServing(line.status)));
        }
    }
    let mut uses = vec![Use::NotEnabled; packages.len()];
    let mut all = Vec::with_capacity(candidates.len());
    let mut made = 0;
    for candidate in candidates {
        let name = candidate.identity.feature.to_lowercase();
        let Some(index) = by_name.get(&(name, candidate.identity.version.clone())).copied() else {
            all.push(candidate);
            continue;
        };
        let (line, package) = &packages[index];
        if made + package.components.len() > MAX_COMPONENT_LINES {
            uses[index] = Use::TooLarge;
            all.push(candidate);
            continue;
        }
        made += package.components.len();
        if uses[index] == Use::NotEnabled {
            uses[index] = Use::Enabled;
        }
        unpack_one(candidate, line, package, &mut all, notes);
    }
    for ((line, _), used) in packages.iter().zip(uses).filter(|((line, _), _)| line.serves()) {
        match used {
            Use::Enabled => {}
            Use::NotEnabled => ignored.push(line.ignored(NoEffect::NotEnabled)),
            Use::TooLarge => ignored.push(line.ignored(NoEffect::TooLarge)),
        }
    }
    all
}

#[derive(Clone, Copy, PartialEq)]
enum Use {
    NotEnabled,
    Enabled,
    TooLarge,
}

fn unpack_one<'a>(
    mut enabling: Candidate<'a>,
    line: &JudgedLine<'a>,
    package: &Package,
    all: &mut Vec<Candidate<'a>>,
    notes: &mut Vec<LineNote>,
) {
    let components: Vec<Candidate<'a>> = package
        .components
        .iter()
        .map(|component| one_of(&enabling, package, component))
        .collect();
    notes.push(LineNote {
        place: line.place.clone(),
        fate: LineFate::EnabledBy(enabling.place.clone()),
    });
    notes.push(LineNote {
        place: enabling.place.clone(),
        fate: LineFate::Enables {
            package: line.place.clone(),
            components: components.iter().map(seats_of).collect(),
            suite: package.suite,
        },
    });
    if package.suite != Suite::Components {
        enabling.identity.dup_group = suite_dup_group(enabling.license, package.suite);
        all.push(enabling);
    }
    all.extend(components);
}

fn seats_of(component: &Candidate<'_>) -> ComponentSeats {
    ComponentSeats {
        feature: component.identity.feature.clone(),
        version: component.identity.version.clone(),
        count: component.increment.count,
    }
}

/// The seats of one component that come from one enabling line.
fn one_of<'a>(enabling: &Candidate<'a>, package: &Package, component: &PackageComponent) -> Candidate<'a> {
    let mut one = enabling.clone();
    let times = match package.suite {
        Suite::Components => component.count.unwrap_or(1),
        // A seat of a suite is one of each component.
        Suite::Suite | Suite::Reserved => 1,
    };
    let version = component.version.clone();
    one.identity = PoolIdentity {
        feature: component.feature.clone(),
        version: version.unwrap_or_else(|| enabling.identity.version.clone()),
        suite: membership(enabling, package),
        ..enabling.identity.clone()
    };
    one.increment.count = one.increment.count.map(|count| count.saturating_mul(times));
    one.increment.overdraft = one.increment.overdraft.saturating_mul(times);
    one.most_seats = one.most_seats.map(|most| most.saturating_mul(times));
    one
}

fn membership(enabling: &Candidate<'_>, package: &Package) -> Option<SuiteMembership> {
    let reserved = match package.suite {
        Suite::Components => return None,
        Suite::Suite => false,
        Suite::Reserved => true,
    };
    Some(SuiteMembership {
        package: enabling.identity.feature.clone(),
        version: enabling.identity.version.clone(),
        dup_group: suite_dup_group(enabling.license, package.suite),
        reserved,
    })
}

/// Who shares a seat of the package: SUITE_DUP_GROUP, else as for the components. What is reserved for a user has to be
/// that user's, so with SUITE_RESERVED at least the sessions of one user share it.
fn suite_dup_group(license: &License, suite: Suite) -> DupGroup {
    let group = license.terms.suite_dup_group.unwrap_or(license.terms.dup_group);
    match (group, suite) {
        (DupGroup::None, Suite::Reserved) => DupGroup::USER,
        (group, Suite::Components | Suite::Suite | Suite::Reserved) => group,
    }
}
