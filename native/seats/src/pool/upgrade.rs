//! UPGRADE: seats of an older version that become seats of a newer one.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::lines::JudgedLine;
use super::{IgnoredLine, LineFate, LineNote, NoEffect};
use licensing_license_file::license_file::{LicenseVersion, Upgrade};

/// Lines of which seats can be turned, by the name of their feature in lower case, in their order.
#[derive(Default)]
pub(super) struct Upgradable(HashMap<String, Vec<usize>>);

impl Upgradable {
    /// Enters a line that gives counted seats now. Others have none to turn: seats that a line does not give must not
    /// come back through an UPGRADE that does.
    pub(super) fn add(&mut self, index: usize, candidate: &Candidate<'_>) {
        if candidate.serves && candidate.increment.count.is_some_and(|count| count > 0) {
            let name = candidate.identity.feature.to_lowercase();
            self.0.entry(name).or_default().push(index);
        }
    }

    /// The closest line before that has seats of a version to upgrade.
    fn closest(&self, upgrade: &Upgrade, candidates: &[Candidate<'_>]) -> Option<usize> {
        let license = &upgrade.license;
        let (from, to) = (&upgrade.from_version.value, &license.version.value);
        let suits = |version: &LicenseVersion| from <= version && version < to;
        let before = self.0.get(&license.feature.value.to_lowercase())?;
        before
            .iter()
            .rev()
            .copied()
            .find(|index| suits(&candidates[*index].identity.version))
    }

    fn remove(&mut self, index: usize, candidate: &Candidate<'_>) {
        let lines = self.0.get_mut(&candidate.identity.feature.to_lowercase());
        if let Some((lines, at)) = lines.and_then(|lines| {
            let at = lines.binary_search(&index).ok()?;
            Some((lines, at))
        }) {
            lines.remove(at);
        }
    }
}

/// Turns seats of the closest line before an UPGRADE that serves. What comes of it lasts as long as both lines.
pub(super) fn turn<'a>(
    line: &JudgedLine<'a>,
    upgrade: &'a Upgrade,
    mut new: Candidate<'a>,
    candidates: &mut Vec<Candidate<'a>>,
    upgradable: &mut Upgradable,
    ignored: &mut Vec<IgnoredLine>,
    notes: &mut Vec<LineNote>,
) {
    let Some(index) = upgradable.closest(upgrade, candidates) else {
        ignored.push(line.ignored(NoEffect::NothingToUpgrade));
        return;
    };
    let old = &mut candidates[index];
    let had = old.increment.count.unwrap_or(0);
    let seats = had.min(new.increment.count.unwrap_or(0));
    let left = had - seats;
    old.increment.count = Some(left);
    old.increment.overdraft = overdraft(old, left);
    new.increment.count = Some(seats);
    new.increment.overdraft = overdraft(&new, seats);
    new.increment.expires = new.increment.expires.min(old.increment.expires);
    notes.push(LineNote {
        place: line.place.clone(),
        fate: LineFate::Turned {
            seats,
            of: old.place.clone(),
            from: old.identity.version.clone(),
        },
    });
    notes.push(LineNote {
        place: old.place.clone(),
        fate: LineFate::TurnedInto {
            seats,
            by: line.place.clone(),
            version: new.identity.version.clone(),
        },
    });
    if left == 0 {
        upgradable.remove(index, &candidates[index]);
    }
    upgradable.add(candidates.len(), &new);
    candidates.push(new);
}

/// Overdraft in percent is that of the seats a line has left; one in seats stays as long as there are any.
fn overdraft(candidate: &Candidate<'_>, seats: u32) -> u32 {
    match seats {
        0 => 0,
        _ => candidate.license.overdraft_of(seats),
    }
}
