//! Error codes and reasons of refusals in words.

use licensing_api::denial::DenialReason;
use licensing_api::names::ErrorDescription;
use licensing_api::{ErrorCode, Problem};

use super::Locale;

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
    let number = i32::try_from(code.number()).unwrap_or(i32::MAX);
    describe(
        "error",
        code.name(),
        number,
        (code.title(), code.action()),
        locale,
    )
}

fn describe_reason(reason: DenialReason, locale: Locale) -> ErrorDescription {
    let english = (reason.text(), reason.action());
    describe("denial", reason.name(), reason.number(), english, locale)
}

/// The texts of a code: English is part of the contract, every other language has its own in its file.
fn describe(
    section: &str,
    code: &str,
    number: i32,
    english: (&str, &str),
    locale: Locale,
) -> ErrorDescription {
    let text = |key: &str, english: &str| {
        let translated = locale.text(section, &format!("{code}.{key}"));
        translated.unwrap_or(english).to_owned()
    };
    ErrorDescription {
        code: code.to_owned(),
        number,
        title: text("title", english.0),
        action: text("action", english.1),
    }
}
