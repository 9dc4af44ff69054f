//! Languages.

use licensing_api::{ErrorCode, Problem, names};

use super::language;

/// A language in which names and errors can be had: one of the files of `languages/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Locale(&'static str);

impl Locale {
    /// English, from which every other language is translated.
    pub const ENGLISH: Self = Self(language::BASE);

    /// All languages, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        language::codes().map(Self)
    }

    /// Language code.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// The language of a code such as `en`, `DE` or `de-AT`; English when there is none.
    ///
    /// # Errors
    /// [`ErrorCode::LocaleUnsupported`] for any other language.
    pub fn from_code(code: Option<&str>) -> Result<Self, Problem> {
        let Some(code) = code else {
            return Ok(Self::ENGLISH);
        };
        let language = names::language(code);
        Self::all()
            .find(|locale| locale.code().eq_ignore_ascii_case(language))
            .ok_or_else(|| {
                let offered: Vec<&str> = language::codes().collect();
                let shown: String = code
                    .chars()
                    .filter(|character| !character.is_control())
                    .take(20)
                    .collect();
                Problem::new(
                    ErrorCode::LocaleUnsupported,
                    format!(
                        "'{shown}' is not offered; the languages are {}.",
                        offered.join(", ")
                    ),
                )
                .about(shown)
            })
    }

    /// The text of a key in a section, such as `product` and `XDT`.
    pub(super) fn text(self, section: &str, key: &str) -> Option<&'static str> {
        language::text(self.0, &format!("{section}.{key}"))
    }
}
