//! FEATURE, INCREMENT, UPGRADE and PACKAGE lines.

use super::attributes::{self, Attributes};
use super::blank_separated;
use super::keyword::Keyword;
use super::notes::{Notes, shown};
use super::token::Token;
use crate::license_file::{
    Increment, IncrementKeyword, License, LicenseDate, LicenseVersion, LineKind, Package, PackageComponent,
    Position, Spanned, Suite, Upgrade,
};

const AS_ISSUED: &str = "Use the file as it was issued, or ask the publisher for a correct one.";
const LONGEST_FEATURE_NAME: usize = 30;

/// The positional words of a line, taken one by one.
struct Words<'a, 't> {
    tokens: &'a [Token<'t>],
    at: Position,
    keyword: &'static str,
}

impl<'a, 't> Words<'a, 't> {
    fn next(&mut self, what: &str, notes: &mut Notes) -> Option<&'a Token<'t>> {
        let Some((token, rest)) = self.tokens.split_first() else {
            let text = format!("{} ends before its {what}.", self.keyword);
            notes.error(self.at, Some(-2), text, AS_ISSUED);
            return None;
        };
        self.tokens = rest;
        Some(token)
    }

    fn name(&mut self, what: &str, notes: &mut Notes) -> Option<Spanned<String>> {
        let token = self.next(what, notes)?;
        if token.assignment.is_some() {
            let text = format!(
                "'{}' stands where {} has its {what}.",
                shown(token.text),
                self.keyword
            );
            notes.error(token.at, Some(-2), text, AS_ISSUED);
            return None;
        }
        Some(token.word())
    }

    fn version(&mut self, what: &str, notes: &mut Notes) -> Option<Spanned<LicenseVersion>> {
        let word = self.name(what, notes)?;
        match word.value.parse::<LicenseVersion>() {
            Ok(version) => {
                check_version_date(&version, word.at, notes);
                Some(word.with(version))
            }
            Err(_) => {
                let text = format!("'{}' is not a {what}.", shown(&word.value));
                notes.error(word.at, Some(-77), text, AS_ISSUED);
                None
            }
        }
    }

    fn expiry(&mut self, notes: &mut Notes) -> Option<Spanned<LicenseDate>> {
        let word = self.name("expiry date", notes)?;
        match word.value.parse() {
            Ok(date) => {
                if word.value == "0" {
                    let text = "The expiry date is a bare 0; it is read as permanent.".to_owned();
                    notes.warning(word.at, Some(-11), text, AS_ISSUED);
                }
                Some(word.with(date))
            }
            Err(_) => {
                let text = format!("'{}' is not an expiry date.", shown(&word.value));
                notes.error(
                    word.at,
                    Some(-11),
                    text,
                    "Dates are dd-mmm-yyyy with English months, or permanent; use the file as it was issued.",
                );
                None
            }
        }
    }

    fn count(&mut self, notes: &mut Notes) -> Option<Spanned<Option<u32>>> {
        let word = self.name("number of licenses", notes)?;
        if word.value.eq_ignore_ascii_case("uncounted") {
            return Some(word.with(None));
        }
        match word.value.parse::<u32>() {
            Ok(0) => Some(word.with(None)),
            Ok(count) => Some(word.with(Some(count))),
            Err(_) => {
                let text = format!("'{}' is not a number of licenses.", shown(&word.value));
                notes.error(word.at, Some(-2), text, AS_ISSUED);
                None
            }
        }
    }

    /// The license key of formats before 7.1: hex digits where attributes would begin.
    fn key(&mut self) -> Option<Spanned<String>> {
        let (token, rest) = self.tokens.split_first()?;
        let key = token.assignment.is_none()
            && (8..=32).contains(&token.text.len())
            && token.text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !key {
            return None;
        }
        self.tokens = rest;
        Some(token.word())
    }
}

/// A month without its leading zero makes a date version compare as a later one.
fn check_version_date(version: &LicenseVersion, at: Position, notes: &mut Notes) {
    if let Some(date) = version.date().filter(|date| date.missing_zero) {
        notes.warning(
            at,
            None,
            format!(
                "Version {version} looks like {} without the zero of the month; it compares as later than {}.",
                date.date,
                LicenseVersion::from_date(date.date)
            ),
            "Ask the publisher whether a date is meant.",
        );
    }
}

fn check_name(name: &Spanned<String>, notes: &mut Notes) {
    let odd = name.value.chars().find(|character| {
        !(character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | ':' | '.' | '/'))
    });
    if let Some(odd) = odd {
        let text = format!("Feature name '{}' has the character {odd:?}.", shown(&name.value));
        notes.warning(name.at, Some(-2), text, AS_ISSUED);
    } else if name.value.len() > LONGEST_FEATURE_NAME {
        let text = format!(
            "Feature name '{}' is longer than 30 characters.",
            shown(&name.value)
        );
        notes.information(
            name.at,
            None,
            text,
            "Nothing; other license servers may refuse it.",
        );
    }
}

/// Warns when nothing on a line could be a signature.
fn check_signed(attributes: &Attributes, key: Option<&Spanned<String>>, at: Position, notes: &mut Notes) {
    let signed = attributes.list.iter().any(|attribute| {
        matches!(
            Keyword::find(&attribute.keyword.value),
            Some(Keyword::Sign | Keyword::Sign2 | Keyword::IssuerSign | Keyword::Auth)
        )
    });
    if !signed && key.is_none() {
        notes.warning(
            at,
            Some(-114),
            "The line has no signature.".to_owned(),
            "Use the file as it was issued; look whether a \\ at the end of a line was lost.",
        );
    }
}

/// `{FEATURE|INCREMENT} name vendor version expiry count [key] [attributes]`
pub(super) fn increment(
    keyword: IncrementKeyword,
    at: Position,
    words: &[Token<'_>],
    notes: &mut Notes,
) -> Option<LineKind> {
    let name = match keyword {
        IncrementKeyword::Feature => "FEATURE",
        IncrementKeyword::Increment => "INCREMENT",
    };
    let mut words = Words {
        tokens: words,
        at,
        keyword: name,
    };
    let feature = words.name("feature name", notes)?;
    let vendor = words.name("vendor name", notes)?;
    let version = words.version("version", notes)?;
    let license = rest_of_license(words, feature, vendor, version, notes)?;
    Some(LineKind::Increment(Box::new(Increment { keyword, license })))
}

/// `UPGRADE name vendor from_version to_version expiry count [key] [attributes]`
pub(super) fn upgrade(at: Position, words: &[Token<'_>], notes: &mut Notes) -> Option<LineKind> {
    let mut words = Words {
        tokens: words,
        at,
        keyword: "UPGRADE",
    };
    let feature = words.name("feature name", notes)?;
    let vendor = words.name("vendor name", notes)?;
    let from_version = words.version("version to upgrade from", notes)?;
    let version = words.version("version to upgrade to", notes)?;
    if from_version.value >= version.value {
        let text = format!(
            "UPGRADE from {} to {} is none.",
            from_version.value, version.value
        );
        notes.error(from_version.at, Some(-2), text, AS_ISSUED);
        return None;
    }
    let license = rest_of_license(words, feature, vendor, version, notes)?;
    if license.count.value.is_none() {
        let text = "UPGRADE needs a number of licenses.".to_owned();
        notes.error(license.count.at, Some(-2), text, AS_ISSUED);
        return None;
    }
    Some(LineKind::Upgrade(Box::new(Upgrade {
        from_version,
        license,
    })))
}

fn rest_of_license(
    mut words: Words<'_, '_>,
    feature: Spanned<String>,
    vendor: Spanned<String>,
    version: Spanned<LicenseVersion>,
    notes: &mut Notes,
) -> Option<License> {
    let expires = words.expiry(notes)?;
    let count = words.count(notes)?;
    let key = words.key();
    check_name(&feature, notes);
    let attributes = attributes::read(words.tokens, notes)?;
    check_signed(&attributes, key.as_ref(), words.at, notes);
    if count.value.is_none() && attributes.terms.host_ids.is_empty() {
        notes.warning(
            count.at,
            Some(-94),
            format!(
                "{} is uncounted, but no HOSTID= says where.",
                shown(&feature.value)
            ),
            AS_ISSUED,
        );
    }
    let Attributes { list, terms } = attributes;
    Some(License {
        feature,
        vendor,
        version,
        expires,
        count,
        key,
        attributes: list,
        terms,
    })
}

/// `PACKAGE name vendor version [key] COMPONENTS="…" [OPTIONS=…] [attributes]`
pub(super) fn package(at: Position, words: &[Token<'_>], notes: &mut Notes) -> Option<LineKind> {
    let mut words = Words {
        tokens: words,
        at,
        keyword: "PACKAGE",
    };
    let name = words.name("package name", notes)?;
    let vendor = words.name("vendor name", notes)?;
    let version = words.version("version", notes)?;
    let key = words.key();
    check_name(&name, notes);
    let attributes = attributes::read(words.tokens, notes)?;
    check_signed(&attributes, key.as_ref(), at, notes);
    let suite = suite(&attributes, notes)?;
    let components = components(at, &attributes, suite, notes)?;
    let Attributes { list, terms } = attributes;
    Some(LineKind::Package(Box::new(Package {
        name,
        vendor,
        version,
        key,
        components,
        suite,
        attributes: list,
        terms,
    })))
}

fn suite(attributes: &Attributes, notes: &mut Notes) -> Option<Suite> {
    let Some(value) = find(attributes, Keyword::Options) else {
        return Some(Suite::Components);
    };
    match value.value.to_ascii_uppercase().as_str() {
        "SUITE" => Some(Suite::Suite),
        "SUITE_RESERVED" => Some(Suite::Reserved),
        _ => {
            let text = format!("OPTIONS={} of the package is not known.", shown(&value.value));
            notes.error(value.at, Some(-82), text, AS_ISSUED);
            None
        }
    }
}

fn components(
    at: Position,
    attributes: &Attributes,
    suite: Suite,
    notes: &mut Notes,
) -> Option<Vec<PackageComponent>> {
    let list = find(attributes, Keyword::Components);
    let place = list.as_ref().map_or(at, |list| list.at);
    let words: Vec<&str> = list
        .as_ref()
        .map(|list| blank_separated(&list.value).collect())
        .unwrap_or_default();
    if words.is_empty() || !notes.take_items(words.len()) {
        let text = "PACKAGE has no COMPONENTS= that can be read.".to_owned();
        notes.error(place, Some(-82), text, AS_ISSUED);
        return None;
    }
    words
        .into_iter()
        .map(|word| {
            let component = component(word);
            if component.is_none() {
                let text = format!("'{}' is not a component: feature[:version[:count]].", shown(word));
                notes.error(place, Some(-82), text, AS_ISSUED);
            }
            if suite != Suite::Components && component.as_ref().is_some_and(|part| part.count.is_some()) {
                let text = format!("'{}' has a count, which a suite ignores.", shown(word));
                notes.warning(place, Some(-82), text, AS_ISSUED);
            }
            component
        })
        .collect()
}

fn component(word: &str) -> Option<PackageComponent> {
    let mut parts = word.split(':');
    let feature = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let version = match parts.next() {
        None | Some("") => None,
        Some(version) => Some(version.parse().ok()?),
    };
    let count = match parts.next() {
        None | Some("") => None,
        Some(count) => Some(count.parse().ok().filter(|count| *count > 0)?),
    };
    parts.next().is_none().then_some(PackageComponent {
        feature,
        version,
        count,
    })
}

fn find(attributes: &Attributes, keyword: Keyword) -> Option<Spanned<String>> {
    attributes
        .list
        .iter()
        .find(|attribute| Keyword::find(&attribute.keyword.value) == Some(keyword))
        .and_then(|attribute| {
            let value = attribute.value.as_ref()?;
            Some(Spanned {
                value: value.text.clone(),
                at: value.at,
                span: value.span,
            })
        })
}
