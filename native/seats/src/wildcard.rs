//! Wildcards of filters: `*` for any text, `?` for one character, case ignored.

/// A compiled filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    pattern: Vec<char>,
}

impl Wildcard {
    /// Compiles a pattern. Every text is one.
    pub fn new(pattern: &str) -> Self {
        Self {
            pattern: pattern.chars().flat_map(char::to_lowercase).collect(),
        }
    }

    /// Whether the whole text fits the pattern. Takes at most the product of both lengths in steps.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut at_text, mut at_pattern) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while at_text < text.len() {
            match self.pattern.get(at_pattern) {
                Some('*') => {
                    star = Some((at_pattern, at_text));
                    at_pattern += 1;
                }
                Some('?') => {
                    at_text += 1;
                    at_pattern += 1;
                }
                Some(wanted) if text.get(at_text) == Some(wanted) => {
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
            .is_some_and(|rest| rest.iter().all(|c| *c == '*'))
    }
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn stars_and_question_marks_match_as_in_file_names() {
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
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(text),
                expected,
                "{pattern} on {text}"
            );
        }
    }
}
