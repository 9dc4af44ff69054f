//! Which file a DEBUGLOG line may name. An options file comes from elsewhere: it must not be able to make the server
//! write over anything.

use std::path::{Path, PathBuf};

use licensing_api::finding::{Finding, Severity};
use licensing_license_file::options_file::{Directive, LogPath, OptionLineKind, OptionsFile};

/// Longest name of a file.
const NAME_BYTES: usize = 128;

/// The file that the line means: a name ending in `.log` within the log folder, alone or after that folder. None for
/// anything else.
pub(super) fn place(named: &LogPath, folder: &Path) -> Option<PathBuf> {
    let (before, name) = match named.path.rsplit_once(['/', '\\']) {
        Some((before, name)) => (Some(before), name),
        None => (None, named.path.as_str()),
    };
    let inside = before.is_none_or(|before| before == "log" || Path::new(before) == folder);
    let usual = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let stem = name.strip_suffix(".log")?;
    let good =
        !stem.is_empty() && !stem.starts_with('.') && name.len() <= NAME_BYTES && name.chars().all(usual);
    (inside && good).then(|| folder.join(name))
}

/// What has to be said of the DEBUGLOG line that holds, when it has not the effect it seems to have.
pub(in crate::daemon) fn finding(file: &OptionsFile, folder: &Path, is_on: bool) -> Option<Finding> {
    let mut named = file.lines.iter().rev().filter_map(|line| match &line.kind {
        OptionLineKind::Option(Directive::DebugLog(path)) => Some((line.at.line, path)),
        _ => None,
    });
    let (line, path) = named.next()?;
    let (text, action) = if !is_on {
        (
            "The debug log is switched off; the line has no effect.".to_owned(),
            "Set licensing.debug_log = true in licensingd.toml if the log is wanted.".to_owned(),
        )
    } else if place(path, folder).is_none() {
        (
            format!(
                "{:?} is not a .log file in {}; the log goes where it would without the line.",
                path.path,
                folder.display()
            ),
            "Name a file that ends in .log, without a folder.".to_owned(),
        )
    } else {
        return None;
    };
    Some(Finding::new(Severity::Warning, line, text, action))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn placed(path: &str) -> Option<PathBuf> {
        let named = LogPath {
            path: path.to_owned(),
            append: true,
        };
        place(&named, Path::new("/data/log"))
    }

    #[test]
    fn a_line_can_name_nothing_outside_the_log_folder() {
        for (named, expected) in [
            ("debug.log", Some("/data/log/debug.log")),
            ("log/debug.log", Some("/data/log/debug.log")),
            ("/data/log/ACME-2.log", Some("/data/log/ACME-2.log")),
            ("/etc/passwd", None),
            ("/var/log/debug.log", None),
            ("../licensingd.log", None),
            ("/data/log/../state/x.log", None),
            ("C:\\logs\\debug.log", None),
            ("licensingd.toml", None),
            (".log", None),
            ("..log", None),
            ("a:b.log", None),
            ("ACME.log.lock", None),
            ("", None),
        ] {
            assert_eq!(placed(named), expected.map(PathBuf::from), "{named}");
        }
        assert_eq!(placed(&format!("{}.log", "x".repeat(200))), None);
    }
}
