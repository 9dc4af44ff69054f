//! MLC of the vendor string: the highest number of seats that can be used, however many were bought.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::candidate::Candidate;
use super::{LineFate, LineNote};
use licensing_license_file::license_file::LicenseVersion;

/// Cuts what lines of one feature with the same highest count add up to. Lines without one stay as they are. The newest
/// versions keep their seats, since they satisfy every request that older ones do.
pub(super) fn cut(candidates: &mut [Candidate<'_>], notes: &mut Vec<LineNote>) {
    let mut limited: Vec<usize> = (0..candidates.len())
        .filter(|index| {
            let candidate = &candidates[*index];
            candidate.most_seats.is_some() && candidate.increment.count.is_some()
        })
        .collect();
    limited.sort_by_key(|index| rank(&candidates[*index], *index));
    let mut left: HashMap<(String, u32), u32> = HashMap::new();
    for index in limited {
        let candidate = &mut candidates[index];
        let (Some(most), Some(count)) = (candidate.most_seats, candidate.increment.count) else {
            continue;
        };
        let key = (candidate.identity.feature.to_lowercase(), most);
        let left = left.entry(key).or_insert(most);
        let bought = count.min(*left);
        let overdraft = candidate.increment.overdraft.min(*left - bought);
        *left -= bought + overdraft;
        if (bought, overdraft) != (count, candidate.increment.overdraft) {
            notes.push(LineNote {
                place: candidate.place.clone(),
                fate: LineFate::Capped {
                    usable: bought + overdraft,
                    most,
                },
            });
        }
        candidate.increment.count = Some(bought);
        candidate.increment.overdraft = overdraft;
    }
}

/// What serves goes before what does not yet or any more.
fn rank(candidate: &Candidate<'_>, index: usize) -> (bool, Reverse<LicenseVersion>, usize) {
    (
        !candidate.serves,
        Reverse(candidate.identity.version.clone()),
        index,
    )
}
