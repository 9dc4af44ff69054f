//! What a line that cannot be read was meant to restrict. Such a line must not leave open what it would have closed.

/// The effect of a restricting option whose line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Name of the option that the line was meant to have.
    pub option: &'static str,
    /// What the option restricts.
    pub kind: RestrictionKind,
    /// The words after the option's name; features among them are the ones concerned. Empty when there are none, which
    /// concerns all.
    pub words: Vec<String>,
}

/// What a restricting option does to those whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictionKind {
    /// Shuts out everybody whom other lines do not let in (INCLUDE).
    Include,
    /// Shuts out somebody, or limits somebody, and it is not known whom (EXCLUDE, MAX).
    Anybody,
    /// Of all features, whatever the words say (EXCLUDEALL, and settings that decide what names mean).
    AnybodyAnywhere,
    /// INCLUDEALL.
    IncludeAnywhere,
    /// Borrowing alone (EXCLUDE_BORROW, BORROW_LOWWATER, MAX_BORROW_HOURS).
    Borrowing,
    /// INCLUDE_BORROW.
    IncludeBorrowing,
    /// Seats of overdraft (MAX_OVERDRAFT).
    Overdraft,
    /// Members of the group whose name is the first word (GROUP, HOST_GROUP).
    Group,
}

const RESTRICTING: &[(&str, RestrictionKind)] = &[
    ("INCLUDE", RestrictionKind::Include),
    ("EXCLUDE", RestrictionKind::Anybody),
    ("INCLUDEALL", RestrictionKind::IncludeAnywhere),
    ("EXCLUDEALL", RestrictionKind::AnybodyAnywhere),
    ("INCLUDE_BORROW", RestrictionKind::IncludeBorrowing),
    ("EXCLUDE_BORROW", RestrictionKind::Borrowing),
    ("MAX", RestrictionKind::Anybody),
    ("MAX_OVERDRAFT", RestrictionKind::Overdraft),
    ("BORROW_LOWWATER", RestrictionKind::Borrowing),
    ("MAX_BORROW_HOURS", RestrictionKind::Borrowing),
    ("GROUP", RestrictionKind::Group),
    ("USER_GROUP", RestrictionKind::Group),
    ("HOST_GROUP", RestrictionKind::Group),
    ("GROUPCASEINSENSITIVE", RestrictionKind::AnybodyAnywhere),
    ("FQDN_MATCHING", RestrictionKind::AnybodyAnywhere),
];

/// Most characters of a line that are looked at.
const LOOKED_AT: usize = 10_000;

/// What the text of a line that cannot be read was meant to restrict; none when it is not like any restricting option.
pub(super) fn meant(text: &str) -> Option<Restriction> {
    let text: String = text.chars().take(LOOKED_AT).collect();
    if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        // Damaged, or in an encoding that is not known: it may say anything.
        return Some(Restriction {
            option: "a restricting option",
            kind: RestrictionKind::AnybodyAnywhere,
            words: Vec::new(),
        });
    }
    let separates = |c: char| c.is_whitespace() || matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{feff}');
    let mut words = text.split(separates).filter(|word| !word.is_empty());
    let first = words.next()?.to_ascii_uppercase();
    let bare = first.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let (option, kind) = named(bare)?;
    Some(Restriction {
        option,
        kind,
        words: words.map(str::to_owned).collect(),
    })
}

/// The restricting option of this name, or the one that it is most like.
fn named(word: &str) -> Option<(&'static str, RestrictionKind)> {
    let distances = RESTRICTING.iter().map(|(name, kind)| {
        let allowed = if name.len() < 6 { 1 } else { 2 };
        (distance(word, name), allowed, *name, *kind)
    });
    let near = distances.filter(|(distance, allowed, ..)| distance <= allowed);
    near.min_by_key(|(distance, ..)| *distance)
        .map(|(_, _, name, kind)| (name, kind))
}

/// Number of characters to add, remove, change or exchange with the next one.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = last[j] + usize::from(a != b);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(text: &str) -> Option<&'static str> {
        meant(text).map(|restriction| restriction.option)
    }

    #[test]
    fn misspelled_options_are_recognized() {
        assert_eq!(option("EXCLUED cad USER ann"), Some("EXCLUDE"));
        assert_eq!(option("\u{201c}exclude cad USER ann"), Some("EXCLUDE"));
        assert_eq!(option("EXCLUDE\u{a0}cad\u{a0}USER\u{a0}ann"), Some("EXCLUDE"));
        assert_eq!(option("INCLUD cad USER ann"), Some("INCLUDE"));
        assert_eq!(option("EXCLUDE_ALL USER ann"), Some("EXCLUDEALL"));
        assert_eq!(option("MAXX 2 cad USER ann"), Some("MAX"));
        assert_eq!(option(";EXCLUDE cad USER ann"), Some("EXCLUDE"));
        assert_eq!(option("E\0X\0C\0"), Some("a restricting option"));
    }

    #[test]
    fn other_words_restrict_nothing() {
        for text in [
            "",
            "TIMEOUT cad 900",
            "LINGER cad 5",
            "hello world",
            "NOLOG OUT",
            "REPORTLOG +x",
        ] {
            assert_eq!(option(text), None, "{text}");
        }
    }
}
