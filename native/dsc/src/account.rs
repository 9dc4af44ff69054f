//! Spellings of account names.

/// `domain\name` in lower case, whatever the spelling; the server's own name stands in for the domain of a bare name.
pub(crate) fn canonical(account: &str, server: &str) -> String {
    let account = account.to_lowercase();
    let own = server.split('.').next().unwrap_or(server).to_lowercase();
    if let Some((domain, name)) = account.split_once('\\') {
        return match domain {
            "." => format!("{own}\\{name}"),
            domain => format!("{domain}\\{name}"),
        };
    }
    match account.rsplit_once('@') {
        Some((name, domain)) => format!("{domain}\\{name}"),
        None => format!("{own}\\{account}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_one_account_are_one() {
        for spelling in ["anna", r"LIC01\Anna", r".\anna"] {
            assert_eq!(canonical(spelling, "lic01.example.com"), r"lic01\anna");
        }
        for spelling in [r"EXAMPLE\anna", "Anna@example"] {
            assert_eq!(canonical(spelling, "lic01.example.com"), r"example\anna");
        }
        assert_ne!(
            canonical("anna", "lic01"),
            canonical(r"EXAMPLE\anna", "lic01"),
            "the same name in another domain is somebody else"
        );
    }
}
