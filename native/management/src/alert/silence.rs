//! What a route does not send.

use licensing_api::alert::AlertLevel;

/// Which alerts are worth a message to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Silence {
    /// Least level.
    pub level: AlertLevel,
    /// Codes that are not sent, with `*` and `?`.
    pub codes: Vec<String>,
    /// Features about which nothing is sent, with `*` and `?`.
    pub features: Vec<String>,
}

impl Silence {
    /// Whether an alert is worth a message.
    pub fn lets_through(&self, level: AlertLevel, code: &str, feature: &str) -> bool {
        let silenced = |patterns: &[String], text: &str| patterns.iter().any(|one| fits(one, text));
        level >= self.level
            && !silenced(&self.codes, code)
            && (feature.is_empty() || !silenced(&self.features, feature))
    }
}

/// Whether a text fits a pattern with `*` and `?`, case aside. Time grows with the product of their lengths at most.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (
        pattern.to_lowercase().chars().collect(),
        text.to_lowercase().chars().collect(),
    );
    let (mut at, mut from, mut star, mut mark) = (0, 0, None, 0);
    while let Some(letter) = text.get(from) {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                mark = from;
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some(star) = star else { return false };
                mark += 1;
                from = mark;
                at = star + 1;
            }
        }
    }
    pattern
        .get(at..)
        .is_none_or(|rest| rest.iter().all(|one| *one == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_like_names_of_files() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("Certificate*", "CertificateExpires", true),
            ("certificate*", "CertificateExpires", true),
            ("*expires", "LicenseExpires", true),
            ("L?censeE*s", "LicenseExpires", true),
            ("License", "LicenseExpires", false),
            ("", "x", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
