//! Account names: `DOMAIN\name`, `name@domain`, or a bare name for an account of this server.

use std::fmt;
use std::net::IpAddr;

use licensing_api::text::is_deceptive;

/// Longest domain and longest name, in characters.
const MAX_CHARACTERS: usize = 255;

/// Characters that Windows refuses in account names; they would make names ambiguous elsewhere too.
const REFUSED: &[char] = &[
    '"', '/', '\\', '[', ']', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@',
];

/// A name in its one normal form. Accounts of the server itself have no domain, so that they survive a change of the
/// server's host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName {
    domain: Option<String>,
    name: String,
}

/// Why a text is no account name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAName(&'static str);

impl AccountName {
    /// Reads any of the three spellings. The domain `.` and the server's own host name mean the server itself.
    ///
    /// # Errors
    /// When a part is empty, too long, or has characters that account names never have.
    pub fn parse(text: &str, host_name: &str) -> Result<Self, NotAName> {
        let (domain, name) = if let Some((domain, name)) = text.split_once('\\') {
            (Some(domain), name)
        } else if let Some((name, domain)) = text.rsplit_once('@') {
            (Some(domain), name)
        } else {
            (None, text)
        };
        check(name)?;
        let domain = domain.filter(|domain| !is_this_host(domain, host_name));
        if let Some(domain) = domain {
            check(domain)?;
        }
        Ok(Self {
            domain: domain.map(str::to_owned),
            name: name.to_owned(),
        })
    }

    /// From the two columns of the database.
    pub(super) fn from_parts(domain: Option<String>, name: String) -> Self {
        Self { domain, name }
    }

    /// Domain; none for an account of the server itself.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// Name without domain.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What two spellings of the same account have in common.
    pub fn key(&self) -> String {
        format!(
            "{}\\{}",
            self.domain.as_deref().unwrap_or_default().to_lowercase(),
            self.name.to_lowercase()
        )
    }

    /// `DOMAIN\name`, with the server's own name as the domain of its own accounts.
    pub fn shown(&self, host_name: &str) -> String {
        format!("{}\\{}", self.shown_domain(host_name), self.name)
    }

    /// Domain as shown.
    pub fn shown_domain(&self, host_name: &str) -> String {
        match &self.domain {
            Some(domain) => domain.clone(),
            None => short_host(host_name).to_uppercase(),
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.domain {
            Some(domain) => write!(f, "{domain}\\{}", self.name),
            None => write!(f, ".\\{}", self.name),
        }
    }
}

fn check(part: &str) -> Result<(), NotAName> {
    if part.is_empty() {
        return Err(NotAName("a part of the name is empty"));
    }
    if part.chars().count() > MAX_CHARACTERS {
        return Err(NotAName("a part of the name is longer than 255 characters"));
    }
    if part.trim() != part || part.ends_with('.') {
        return Err(NotAName(
            "a part of the name begins or ends with a blank, or ends with a dot",
        ));
    }
    // Blanks other than the usual one, invisible characters and direction marks would make two names look alike.
    let is_refused =
        |char: char| is_deceptive(char) || (char.is_whitespace() && char != ' ') || REFUSED.contains(&char);
    if part.contains(is_refused) {
        return Err(NotAName("the name has a character that account names never have"));
    }
    Ok(())
}

fn is_this_host(domain: &str, host_name: &str) -> bool {
    domain == "."
        || domain.to_lowercase() == host_name.to_lowercase()
        || domain.to_lowercase() == short_host(host_name).to_lowercase()
}

/// The first label of a host name; the whole of an address.
fn short_host(host_name: &str) -> &str {
    if host_name.parse::<IpAddr>().is_ok() {
        return host_name;
    }
    host_name.split('.').next().unwrap_or(host_name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const HOST: &str = "lic01.example.test";

    #[test]
    fn the_spellings_of_one_account_have_one_key() {
        let key = |text: &str| AccountName::parse(text, HOST).unwrap().key();
        for spelling in [
            "admin",
            "ADMIN",
            ".\\Admin",
            "LIC01\\admin",
            "lic01.example.test\\admin",
            "admin@LIC01",
        ] {
            assert_eq!(key(spelling), "\\admin", "{spelling}");
        }
        assert_eq!(key("CORP\\Ann"), key("ann@corp"));
        assert_ne!(key("CORP\\ann"), key("ann@corp.example.test"));
        assert_ne!(key("CORP\\ann"), key("ann"));
    }

    #[test]
    fn names_are_shown_with_their_domain() {
        let shown = |text: &str| AccountName::parse(text, HOST).unwrap().shown(HOST);
        assert_eq!(shown("admin"), "LIC01\\admin");
        assert_eq!(shown("CORP\\Ann"), "CORP\\Ann");
        assert_eq!(shown("ann@corp.example.test"), "corp.example.test\\ann");
        assert_eq!(
            AccountName::parse("a", "127.0.0.1").unwrap().shown("127.0.0.1"),
            "127.0.0.1\\a"
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "\\",
            "CORP\\",
            "\\ann",
            "@corp",
            "ann@",
            "a*",
            "a?b",
            "a:b",
            "a\\b\\c",
            " ann",
            "ann.",
            "a\nb",
            "a/b",
            "ann\u{202e}nimda",
            "a\u{200b}nn",
            "ann\u{feff}",
            "a\u{a0}nn",
            "CO\u{2066}RP\\ann",
        ] {
            assert!(AccountName::parse(text, HOST).is_err(), "{text:?}");
        }
        assert!(AccountName::parse(&"a".repeat(256), HOST).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_refused_and_what_is_shown_reads_back(text in ".{0,40}") {
            if let Ok(name) = AccountName::parse(&text, HOST) {
                let again = AccountName::parse(&name.shown(HOST), HOST).unwrap();
                prop_assert_eq!(again.key(), name.key());
            }
        }
    }
}
