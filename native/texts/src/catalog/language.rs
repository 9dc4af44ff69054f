//! The texts of every language, as the files of `languages/` say them.

/// Texts by the path of their keys.
type Language = &'static [(&'static str, &'static str)];

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// Code of the language that every other one is translated from.
pub(super) const BASE: &str = "en";

/// Codes of all languages, the base first.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    let all = LANGUAGES
        .iter()
        .filter_map(|language| find(language, "language.code"));
    std::iter::once(BASE).chain(all.filter(|code| *code != BASE))
}

/// The text at a path, such as `product.XDT`; the case of ASCII letters is ignored.
pub(super) fn text(code: &str, path: &str) -> Option<&'static str> {
    let language = LANGUAGES
        .iter()
        .find(|language| find(language, "language.code") == Some(code))?;
    find(language, path)
}

/// The keys of a section, such as `product`, in the base language.
pub(super) fn keys(section: &str) -> impl Iterator<Item = &'static str> {
    let base = LANGUAGES
        .iter()
        .find(|language| find(language, "language.code") == Some(BASE));
    base.into_iter()
        .flat_map(|texts| texts.iter())
        .filter_map(move |(path, _)| path.strip_prefix(section)?.strip_prefix('.'))
}

fn find(language: Language, path: &str) -> Option<&'static str> {
    language
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(path))
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, BTreeSet};

    use licensing_api::ErrorCode;
    use licensing_api::alert::AlertCode;
    use licensing_api::denial::DenialReason;

    use super::super::Phrase;
    use super::{BASE, LANGUAGES, codes, text};

    fn texts(code: &str) -> BTreeMap<&'static str, &'static str> {
        let language = LANGUAGES
            .iter()
            .find(|language| super::find(language, "language.code") == Some(code));
        language.unwrap().iter().copied().collect()
    }

    /// What a translation of the base must have: its keys, and the texts that the contract has in English.
    fn wanted() -> BTreeMap<String, &'static str> {
        let mut wanted: BTreeMap<String, &str> = texts(BASE)
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text))
            .collect();
        for code in ErrorCode::ALL {
            wanted.insert(format!("error.{}.title", code.name()), code.title());
            wanted.insert(format!("error.{}.action", code.name()), code.action());
        }
        for code in AlertCode::ALL {
            wanted.insert(format!("alert.{}.title", code.name()), code.title());
            wanted.insert(format!("alert.{}.action", code.name()), code.action());
            if !code.detail().is_empty() {
                wanted.insert(format!("alert.{}.detail", code.name()), code.detail());
            }
        }
        for phrase in Phrase::ALL {
            assert!(
                text(BASE, &format!("phrase.{}", phrase.key())).is_some(),
                "{phrase:?}"
            );
        }
        for reason in DenialReason::ALL {
            wanted.insert(format!("denial.{}.title", reason.name()), reason.text());
            wanted.insert(format!("denial.{}.action", reason.name()), reason.action());
        }
        wanted
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let parts = text.split('{').skip(1);
        parts.filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn every_language_has_every_text_and_no_other() {
        let wanted = wanted();
        for code in codes().filter(|code| *code != BASE) {
            let texts = texts(code);
            let missing: Vec<_> = wanted
                .keys()
                .filter(|path| !texts.contains_key(path.as_str()))
                .collect();
            let unknown: Vec<_> = texts.keys().filter(|path| !wanted.contains_key(**path)).collect();
            assert!(
                missing.is_empty() && unknown.is_empty(),
                "{code}: missing {missing:?}, unknown {unknown:?}"
            );
            for (path, text) in texts {
                assert!(!text.trim().is_empty(), "{code}: {path} is empty");
                assert_eq!(placeholders(text), placeholders(wanted[path]), "{code}: {path}");
            }
        }
    }

    #[test]
    fn every_file_is_a_language_of_its_own() {
        let codes: BTreeSet<_> = codes().collect();
        assert_eq!(codes.len(), LANGUAGES.len());
        assert!(codes.iter().all(|code| text(code, "language.code") == Some(code)));
    }
}
