//! Readable names, and the error codes in words.

use licensing_api::names::{ErrorDescription, GetErrors, GetLocalizedNames, LocalizedNames};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};

use super::german;
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetLocalizedNames {
    async fn handle(
        _: &WebServices,
        _: &Call,
        request: GetLocalizedNames,
    ) -> Result<LocalizedNames, Problem> {
        let language = Language::parse(request.locale.as_deref())?;
        Ok(LocalizedNames {
            locale: language.code().to_owned(),
            features: Vec::new(),
            license_types: Vec::new(),
        })
    }
}

impl Handler for op::GetErrors {
    async fn handle(
        _: &WebServices,
        _: &Call,
        request: GetErrors,
    ) -> Result<Rows<ErrorDescription>, Problem> {
        let language = Language::parse(request.locale.as_deref())?;
        let codes = match &request.code {
            None => ErrorCode::ALL.to_vec(),
            Some(name) => vec![code(name)?],
        };
        let items = codes
            .into_iter()
            .map(|code| {
                let (title, action) = match language {
                    Language::English => (code.title(), code.action()),
                    Language::German => german::text(code),
                };
                ErrorDescription {
                    code: code.name().to_owned(),
                    number: code.number(),
                    title: title.to_owned(),
                    action: action.to_owned(),
                }
            })
            .collect();
        Ok(Rows { items })
    }
}

/// Codes are found by name, without regard to case, or by number.
fn code(text: &str) -> Result<ErrorCode, Problem> {
    let number = text.parse::<u32>().ok();
    ErrorCode::ALL
        .iter()
        .copied()
        .find(|code| code.name().eq_ignore_ascii_case(text) || Some(code.number()) == number)
        .ok_or_else(|| {
            let text: String = text.chars().take(80).collect();
            Problem::new(ErrorCode::InvalidFilter, "There is no error code of this name.").about(text)
        })
}

/// Languages that the error texts are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    German,
}

impl Language {
    /// Reads a language code such as `en`, `EN` or `de-AT`; English when there is none.
    fn parse(locale: Option<&str>) -> Result<Self, Problem> {
        let Some(locale) = locale.filter(|locale| !locale.is_empty()) else {
            return Ok(Self::English);
        };
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("en") {
            Ok(Self::English)
        } else if language.eq_ignore_ascii_case("de") {
            Ok(Self::German)
        } else {
            let locale: String = locale.chars().take(80).collect();
            Err(Problem::new(ErrorCode::LocaleUnsupported, "The languages are en and de.").about(locale))
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}
