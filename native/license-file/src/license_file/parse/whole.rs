//! What can only be seen when all lines of a file are known.

use std::collections::HashSet;

use super::notes::{Notes, shown};
use crate::license_file::{IncrementKeyword, Line, LineKind, Position, Spanned};

/// Looks over the whole file.
pub(super) fn check(lines: &[Line], notes: &mut Notes) {
    check_servers(lines, notes);
    check_vendors(lines, notes);
    check_features(lines, notes);
}

fn check_servers(lines: &[Line], notes: &mut Notes) {
    let servers: Vec<_> = lines
        .iter()
        .filter_map(|line| match &line.kind {
            LineKind::Server(server) => Some((line.at, server)),
            _ => None,
        })
        .collect();
    match servers.as_slice() {
        [] => {
            let counted = lines.iter().find(|line| match &line.kind {
                LineKind::Increment(increment) => increment.license.count.value.is_some(),
                LineKind::Upgrade(_) => true,
                _ => false,
            });
            if let Some(line) = counted {
                notes.error(
                    Position {
                        line: line.at.line,
                        column: 0,
                    },
                    Some(-13),
                    "The file has counted licenses, but no valid SERVER line.".to_owned(),
                    "Use the file as it was issued.",
                );
            }
        }
        [_] => {}
        [_, _, _] => {
            for (at, _) in servers.iter().filter(|(_, server)| server.port.is_none()) {
                notes.warning(
                    *at,
                    Some(-6),
                    "A server of a redundant triad needs a port.".to_owned(),
                    "Add the same port to all three SERVER lines.",
                );
            }
        }
        several => {
            let at = several.get(1).map_or(Position::default(), |(at, _)| *at);
            notes.warning(
                at,
                Some(-2),
                format!(
                    "The file has {} SERVER lines; one, or three for a triad, are expected.",
                    several.len()
                ),
                "Keep files of different servers apart.",
            );
        }
    }
}

fn check_vendors(lines: &[Line], notes: &mut Notes) {
    let mut declared = HashSet::new();
    for line in lines {
        if let LineKind::Vendor(vendor) = &line.kind
            && !declared.insert(vendor.name.value.to_ascii_lowercase())
        {
            notes.warning(
                line.at,
                Some(-2),
                format!(
                    "Vendor {} is declared twice; the first line counts.",
                    shown(&vendor.name.value)
                ),
                "Remove one of the lines.",
            );
        }
    }
    let mut reported = HashSet::new();
    for line in lines {
        let vendor: &Spanned<String> = match &line.kind {
            LineKind::Increment(increment) => &increment.license.vendor,
            LineKind::Upgrade(upgrade) => &upgrade.license.vendor,
            LineKind::Package(package) => &package.vendor,
            _ => continue,
        };
        let name = vendor.value.to_ascii_lowercase();
        if !declared.contains(&name) && reported.insert(name) {
            notes.warning(
                vendor.at,
                None,
                format!("No VENDOR line names {}.", shown(&vendor.value)),
                "Add the line: VENDOR and the name.",
            );
        }
    }
}

fn check_features(lines: &[Line], notes: &mut Notes) {
    let mut features = HashSet::new();
    for line in lines {
        let LineKind::Increment(increment) = &line.kind else {
            continue;
        };
        let license = &increment.license;
        if increment.keyword == IncrementKeyword::Feature
            && license.count.value.is_some()
            && !features.insert((
                license.vendor.value.to_ascii_lowercase(),
                license.feature.value.to_ascii_lowercase(),
            ))
        {
            notes.warning(
                line.at,
                None,
                format!(
                    "{} has a second FEATURE line; only the first one counts.",
                    shown(&license.feature.value)
                ),
                "Ask the publisher for INCREMENT lines if the seats should add up.",
            );
        }
    }
}
