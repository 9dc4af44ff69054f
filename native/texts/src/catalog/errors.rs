//! Error codes and reasons of refusals in words.

use licensing_api::denial::DenialReason;
use licensing_api::names::ErrorDescription;
use licensing_api::{ErrorCode, Problem};

use super::{Locale, german};

/// Error codes by number, then reasons of refusals; only the one of this name if there is one.
///
/// # Errors
/// [`ErrorCode::InvalidFilter`] when nothing has the name.
pub fn errors(locale: Locale, name: Option<&str>) -> Result<Vec<ErrorDescription>, Problem> {
    let codes = ErrorCode::ALL.iter().map(|code| describe_code(*code, locale));
    let reasons = DenialReason::ALL
        .iter()
        .map(|reason| describe_reason(*reason, locale));
    let found: Vec<ErrorDescription> = codes
        .chain(reasons)
        .filter(|description| name.is_none_or(|name| description.code.eq_ignore_ascii_case(name)))
        .collect();
    match name {
        Some(name) if found.is_empty() => {
            let shown: String = name
                .chars()
                .filter(|character| !character.is_control())
                .take(60)
                .collect();
            Err(Problem::new(
                ErrorCode::InvalidFilter,
                format!("There is no error code '{shown}'."),
            )
            .about(shown)
            .advise("List all codes by leaving the code out."))
        }
        Some(_) | None => Ok(found),
    }
}

fn describe_code(code: ErrorCode, locale: Locale) -> ErrorDescription {
    let (title, action) = match locale {
        Locale::English => (code.title(), code.action()),
        Locale::German => german::error(code),
    };
    describe(
        code.name(),
        i32::try_from(code.number()).unwrap_or(i32::MAX),
        title,
        action,
    )
}

fn describe_reason(reason: DenialReason, locale: Locale) -> ErrorDescription {
    let (title, action) = match locale {
        Locale::English => (reason.text(), reason.action()),
        Locale::German => german::denial(reason),
    };
    describe(reason.name(), reason.number(), title, action)
}

fn describe(code: &str, number: i32, title: &str, action: &str) -> ErrorDescription {
    ErrorDescription {
        code: code.to_owned(),
        number,
        title: title.to_owned(),
        action: action.to_owned(),
    }
}
