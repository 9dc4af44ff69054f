//! SUPERSEDE and SUPERSEDE_SIGN: lines that replace others.

use std::collections::HashMap;

use jiff::civil::Date;

use licensing_license_file::license_file::{PublisherLine, Terms};

use super::lines::{JudgedLine, is_signature};
use super::{IgnoredLine, LineFate, LineNote, LinePlace, NoEffect};

/// Whether a package is named, and the name in lower case: PACKAGE lines replace PACKAGE lines, all others each other.
type Name = (bool, String);

/// Who replaces which lines.
#[derive(Default)]
struct Superseding {
    /// The latest line that replaces earlier ones of a name, and the day it was issued.
    by_name: HashMap<Name, (Date, usize)>,
    /// The line that replaces the one with a feature and signature.
    by_signature: HashMap<String, usize>,
}

/// Takes out the lines that others replace. Only a line that serves replaces any: it has to be trusted, bound to
/// this server, started and not expired, or the customer would be left with nothing. One that is itself replaced still
/// replaces, so that it does not matter in which order files came.
pub(super) fn take_out<'a>(
    lines: Vec<JudgedLine<'a>>,
    ignored: &mut Vec<IgnoredLine>,
    notes: &mut Vec<LineNote>,
) -> Vec<JudgedLine<'a>> {
    let superseding = Superseding::of(&lines);
    if superseding.by_name.is_empty() && superseding.by_signature.is_empty() {
        return lines;
    }
    let by: Vec<Option<usize>> = (0..lines.len())
        .map(|index| superseding.of_line(&lines[index], index))
        .collect();
    let places: Vec<LinePlace> = lines.iter().map(|line| line.place.clone()).collect();
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut kept = Vec::with_capacity(lines.len());
    for (line, by) in lines.into_iter().zip(by) {
        match by {
            Some(by) => {
                *counts.entry(by).or_default() += 1;
                ignored.push(line.ignored(NoEffect::Superseded(places[by].clone())));
            }
            None => kept.push(line),
        }
    }
    let mut counts: Vec<(usize, usize)> = counts.into_iter().collect();
    counts.sort_unstable();
    notes.extend(counts.into_iter().map(|(by, number)| LineNote {
        place: places[by].clone(),
        fate: LineFate::Supersedes(number),
    }));
    kept
}

impl Superseding {
    fn of(lines: &[JudgedLine<'_>]) -> Self {
        let mut superseding = Self::default();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.serves()) {
            superseding.add(index, line.says, line.says.terms());
        }
        superseding
    }

    fn add(&mut self, index: usize, says: PublisherLine<'_>, terms: &Terms) {
        let is_package = matches!(says, PublisherLine::Package(_));
        if let (Some(supersede), Some(issued)) = (&terms.supersede, terms.issued) {
            let own = [says.name().to_owned()];
            let names = match supersede.features.as_slice() {
                [] => own.as_slice(),
                names => names,
            };
            for name in names {
                let latest = self
                    .by_name
                    .entry((is_package, name.to_lowercase()))
                    .or_insert((issued, index));
                if issued > latest.0 {
                    *latest = (issued, index);
                }
            }
        }
        for line in &terms.superseded_lines {
            self.by_signature
                .entry(signed(&line.feature, &line.signature))
                .or_insert(index);
        }
    }

    /// The line that replaces this one.
    fn of_line(&self, line: &JudgedLine<'_>, index: usize) -> Option<usize> {
        let is_package = matches!(line.says, PublisherLine::Package(_));
        let name = line.says.name();
        let by_name = self.by_name.get(&(is_package, name.to_lowercase()));
        let issued = line.says.terms().issued;
        by_name
            .filter(|(day, _)| issued.is_none_or(|issued| issued < *day))
            .map(|(_, by)| *by)
            .or_else(|| self.by_its_signature(line))
            .filter(|by| *by != index)
    }

    fn by_its_signature(&self, line: &JudgedLine<'_>) -> Option<usize> {
        if self.by_signature.is_empty() {
            return None;
        }
        let values = line.says.places().0.iter().filter(|one| is_signature(one));
        values
            .filter_map(|attribute| attribute.value.as_ref())
            .map(|value| value.text.as_str())
            .chain(line.says.key().map(|key| key.value.as_str()))
            .find_map(|value| self.by_signature.get(&signed(line.says.name(), value)).copied())
    }
}

/// Feature and signature as they are compared: without blanks and case.
fn signed(feature: &str, signature: &str) -> String {
    let digits: String = signature.split_whitespace().collect();
    format!("{feature}:{digits}").to_ascii_lowercase()
}
