//! Languages.

use licensing_api::{ErrorCode, Problem};

/// A language in which names and errors can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Locale {
    /// All languages.
    pub const ALL: &'static [Self] = &[Self::English, Self::German];

    /// Language code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a code such as `en`, `DE` or `de-AT`; English when there is none.
    ///
    /// # Errors
    /// [`ErrorCode::LocaleUnsupported`] for any other language.
    pub fn from_code(code: Option<&str>) -> Result<Self, Problem> {
        let Some(code) = code else {
            return Ok(Self::default());
        };
        let language = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .iter()
            .copied()
            .find(|locale| locale.code().eq_ignore_ascii_case(language))
            .ok_or_else(|| {
                let offered: Vec<&str> = Self::ALL.iter().map(|locale| locale.code()).collect();
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

    /// The text in this language.
    pub(super) const fn choose(self, english: &'static str, german: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }
}
