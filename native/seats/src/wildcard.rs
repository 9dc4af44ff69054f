//! Wildcards of filters: `*` for any text, `?` for one character, `[a-c]` for one of several; case is ignored, in no language's
//! way.

use licensing_api::patterns::Patterns;

/// A compiled filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    pattern: Vec<Part>,
}

/// From these characters to those.
type Ranges = Vec<(char, char)>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Any text.
    Any,
    /// Any character.
    One,
    /// This character, in lower case.
    Same(char),
    /// One from these to those, in lower case.
    OneOf(Ranges),
}

impl Part {
    fn fits(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Same(wanted) => *wanted == character,
            Self::OneOf(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)),
        }
    }
}

impl Wildcard {
    /// Compiles a pattern. Every text is one: a bracket that nothing closes stands for itself.
    pub fn new(pattern: &str) -> Self {
        let text: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
        let mut parts = Vec::with_capacity(text.len());
        let mut rest = text.as_slice();
        while let [first, others @ ..] = rest {
            rest = others;
            parts.push(match first {
                '*' => Part::Any,
                '?' => Part::One,
                '[' => match set(others) {
                    Some((ranges, behind)) => {
                        rest = behind;
                        Part::OneOf(ranges)
                    }
                    None => Part::Same('['),
                },
                other => Part::Same(*other),
            });
        }
        Self { pattern: parts }
    }

    /// Whether the whole text fits the pattern. Takes at most the product of both lengths in steps.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut at_text, mut at_pattern) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while let Some(character) = text.get(at_text) {
            match self.pattern.get(at_pattern) {
                Some(Part::Any) => {
                    star = Some((at_pattern, at_text));
                    at_pattern += 1;
                }
                Some(part) if part.fits(*character) => {
                    at_text += 1;
                    at_pattern += 1;
                }
                Some(_) | None => match star {
                    Some((star_pattern, star_text)) => {
                        at_pattern = star_pattern + 1;
                        at_text = star_text + 1;
                        star = Some((star_pattern, at_text));
                    }
                    None => return false,
                },
            }
        }
        self.pattern
            .get(at_pattern..)
            .is_some_and(|rest| rest.iter().all(|part| *part == Part::Any))
    }
}

/// The ranges of a set whose bracket was read, and what stands behind it; none when it is empty or not closed.
fn set(text: &[char]) -> Option<(Ranges, &[char])> {
    let end = text.iter().position(|character| *character == ']')?;
    let (mut inside, behind) = (text.get(..end)?, text.get(end + 1..)?);
    let mut ranges = Ranges::new();
    while let [from, others @ ..] = inside {
        let (to, rest) = match others {
            ['-', to, rest @ ..] => (to, rest),
            rest => (from, rest),
        };
        ranges.push((*from, *to));
        inside = rest;
    }
    (!ranges.is_empty()).then_some((ranges, behind))
}

/// Several compiled filters of one text; without any every text passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wildcards(Vec<Wildcard>);

impl Wildcards {
    /// Compiles patterns.
    pub fn new(patterns: &Patterns) -> Self {
        Self(patterns.iter().map(Wildcard::new).collect())
    }

    /// Whether the whole text fits one of them.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|one| one.matches(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn stars_question_marks_and_sets_match_as_in_file_names() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("XDT_*", "xdt_plt_ud", true),
            ("*_ud", "XDT_PLT_UD", true),
            ("XDT_???_UD", "XDT_PLT_UD", true),
            ("XDT_??_UD", "XDT_PLT_UD", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("", "a", false),
            ("ärger", "ÄRGER", true),
            ("ACME_[PX]*", "acme_pro", true),
            ("ACME_[PX]*", "acme_std", false),
            ("pc[1-3]", "PC2", true),
            ("pc[1-3]", "PC4", false),
            ("a[b", "A[B", true),
            ("a[]", "a[]", true),
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(text),
                expected,
                "{pattern} on {text}"
            );
        }
    }
}
