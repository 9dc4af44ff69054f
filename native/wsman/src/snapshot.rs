//! The header that says when rows were taken, and what they lack.

use crate::source::{Snapshot, SnapshotProblem};
use crate::uri::SNAPSHOT;
use crate::xml::{Element, Writer};

/// Most problems in one header, and most characters of each.
const MOST_PROBLEMS: usize = 4;
const MOST_CHARACTERS: usize = 200;

/// The header of an answer; empty where there is nothing to say.
pub(crate) fn header(snapshot: Option<&Snapshot>) -> String {
    let Some(snapshot) = snapshot else {
        return String::new();
    };
    let mut writer = Writer::new();
    writer.open("l:Snapshot", &[("xmlns:l", SNAPSHOT)]);
    writer.leaf("l:Taken", &[], &snapshot.taken.to_string());
    for problem in snapshot.problems.iter().take(MOST_PROBLEMS) {
        let text: String = problem.text.chars().take(MOST_CHARACTERS).collect();
        writer.leaf("l:Problem", &[("Code", &problem.code)], &text);
    }
    writer.finish()
}

/// What the header of an answer says; none where it has none.
pub(crate) fn read(header: &Element) -> Option<Snapshot> {
    let header = header.child(SNAPSHOT, "Snapshot")?;
    let problems = header
        .children
        .iter()
        .filter(|child| child.is(SNAPSHOT, "Problem"));
    Some(Snapshot {
        taken: header.child(SNAPSHOT, "Taken")?.trimmed().parse().ok()?,
        problems: problems
            .map(|problem| SnapshotProblem {
                code: problem.attribute("Code").unwrap_or_default().to_owned(),
                text: problem.trimmed().to_owned(),
            })
            .collect(),
    })
}
