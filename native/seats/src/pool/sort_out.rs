//! Lines that add nothing because another one says the same, or stands before them.

use std::collections::HashMap;

use licensing_api::inventory::PoolStatus;

use licensing_license_file::license_file::{IncrementKeyword, PublisherLine};

use super::lines::{JudgedLine, content};
use super::{IgnoredLine, LinePlace, NoEffect};

/// Keeps the same line once.
pub(super) fn keep_each_once<'a>(
    lines: Vec<JudgedLine<'a>>,
    ignored: &mut Vec<IgnoredLine>,
) -> Vec<JudgedLine<'a>> {
    keep_one(
        lines,
        ignored,
        |line| Some(content(line.says)),
        NoEffect::Duplicate,
    )
}

/// Keeps one FEATURE of each name, and one PACKAGE of each name and version.
pub(super) fn keep_first<'a>(
    lines: Vec<JudgedLine<'a>>,
    ignored: &mut Vec<IgnoredLine>,
) -> Vec<JudgedLine<'a>> {
    let lines = keep_one(
        lines,
        ignored,
        |line| match line.says {
            PublisherLine::Increment(increment) if increment.keyword == IncrementKeyword::Feature => {
                Some(line.says.name().to_lowercase())
            }
            PublisherLine::Increment(_) | PublisherLine::Upgrade(_) | PublisherLine::Package(_) => None,
        },
        NoEffect::LaterFeature,
    );
    keep_one(
        lines,
        ignored,
        |line| match line.says {
            PublisherLine::Package(package) => Some(format!(
                "{} {}",
                package.name.value.to_lowercase(),
                package.version.value.canonical()
            )),
            PublisherLine::Increment(_) | PublisherLine::Upgrade(_) => None,
        },
        NoEffect::LaterPackage,
    )
}

/// Keeps the first line of each key; one that cannot serve (any more) makes way for the next that can. Lines without a
/// key all stay.
fn keep_one<'a>(
    lines: Vec<JudgedLine<'a>>,
    ignored: &mut Vec<IgnoredLine>,
    key: impl Fn(&JudgedLine<'a>) -> Option<String>,
    reason: impl Fn(LinePlace) -> NoEffect,
) -> Vec<JudgedLine<'a>> {
    let serves = |line: &JudgedLine<'_>| matches!(line.status, PoolStatus::Serving | PoolStatus::NotStarted);
    let keys: Vec<Option<String>> = lines.iter().map(&key).collect();
    let mut chosen: HashMap<&str, usize> = HashMap::new();
    for (index, key) in keys.iter().enumerate() {
        let Some(key) = key else { continue };
        let first = chosen.entry(key).or_insert(index);
        if !serves(&lines[*first]) && serves(&lines[index]) {
            *first = index;
        }
    }
    // Where the chosen one of each line that is left out stands.
    let instead: Vec<Option<LinePlace>> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| {
            let first = *chosen.get(key.as_deref()?)?;
            (first != index).then(|| lines[first].place.clone())
        })
        .collect();
    let mut kept = Vec::with_capacity(lines.len());
    for (line, instead) in lines.into_iter().zip(instead) {
        match instead {
            Some(place) => ignored.push(line.ignored(reason(place))),
            None => kept.push(line),
        }
    }
    kept
}
