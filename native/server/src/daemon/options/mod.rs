//! The options file of a vendor: found, read, and bound to the pools.
//!
//! What cannot be read never opens anything. While a file that was in force cannot be read, or is gone, its rules stay in
//! force; a copy in the state folder keeps them over a restart. Where there were none, what cannot be read refuses the
//! features that it may be about.

mod alerts;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::finding::Finding;
use licensing_files::{Existing, Readers, durable, regular};
use licensing_license_file::options_file::{self, OptionsFile};
use licensing_seats::policy::{Policy, PoolFacts};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::SeatRules;

use super::debug_log;
use crate::config::DataFolder;
use crate::installed::Installed;
use crate::installed::options_file::{self as find, Found};
pub(super) use alerts::alerts;

/// Largest options file.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Where the debug log may be, and whether there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogPlace<'a> {
    pub(super) folder: &'a Path,
    pub(super) is_on: bool,
}

/// The options of a vendor, as far as they could be read.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// By what is served; none when there are no rules, or nothing can be read.
    in_force: Option<Arc<Rules>>,
    /// Why it is not what lies in the folder.
    trouble: Option<Trouble>,
    /// Something to know about a file that was read.
    remark: Option<Remark>,
}

/// A file that was read.
#[derive(Debug)]
struct Rules {
    path: PathBuf,
    file: OptionsFile,
}

/// Why the file in the folder is not in force as it stands.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    /// What, in a sentence.
    what: String,
    /// What to do.
    action: String,
    /// Whether the rules of before stay in force; else requests are refused.
    kept: bool,
}

/// Something to know about a file that is in force, or not in the folder.
#[derive(Debug, Clone)]
enum Remark {
    /// The name is spelled in another way.
    Spelling { path: PathBuf, instead_of: String },
    /// A VENDOR line names a file that is not in the folder.
    Elsewhere(String),
}

impl Options {
    /// Reads the options file of a vendor beside the one in force.
    ///
    /// # Errors
    /// When the license folder itself cannot be read.
    pub(super) fn read(
        data: &DataFolder,
        vendor: &str,
        installed: &Installed,
        before: &Self,
    ) -> io::Result<Self> {
        // Rules that were never read as a whole are no reason to keep a better file out.
        let was_whole = before.trouble.as_ref().is_none_or(|trouble| trouble.kept);
        let before = match &before.in_force {
            Some(rules) => Some(Arc::clone(rules)),
            None => last_good(data, vendor),
        };
        let before = before.filter(|rules| rules.file.has_effect());
        let (path, remark) = match find::find(data, vendor, installed)? {
            Found::At { path, instead_of } => {
                let remark = instead_of.map(|instead_of| Remark::Spelling {
                    path: path.clone(),
                    instead_of,
                });
                (path, remark)
            }
            Found::Nothing { elsewhere } => {
                return Ok(Self::of_nothing(before, &data.options_file(vendor), elsewhere));
            }
            Found::Meant { wanted, names } => {
                let what = format!(
                    "There is no options file {wanted} in the license folder, and {} was surely meant to be it.",
                    names.join(" or ")
                );
                let action = format!("Rename the file to {wanted}, or remove it.");
                return Ok(Self::without_file(before, what, &action));
            }
        };
        let bytes = match regular::read_own(&path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => {
                let what = format!("The options file {} cannot be read: {error}.", path.display());
                return Ok(Self::without_file(
                    before,
                    what,
                    "Put a readable file in its place.",
                ));
            }
        };
        let read = Self::of_file(before.filter(|_| was_whole), path, &bytes, remark);
        read.remember(data, vendor, &bytes);
        Ok(read)
    }

    /// When there is no file in the folder; one that lies `elsewhere` may be named.
    fn of_nothing(before: Option<Arc<Rules>>, expected: &Path, elsewhere: Option<String>) -> Self {
        match before {
            Some(rules) => Self::kept(
                rules,
                format!("{}, which was in force, is gone.", expected.display()),
                "Put the file back. To lift its rules, leave a file with a comment, such as: # no rules",
            ),
            None => Self {
                remark: elsewhere.map(Remark::Elsewhere),
                ..Self::default()
            },
        }
    }

    fn of_file(before: Option<Arc<Rules>>, path: PathBuf, bytes: &[u8], remark: Option<Remark>) -> Self {
        let name = path.display().to_string();
        if let Some(before) = before.clone().filter(|_| bytes.trim_ascii().is_empty()) {
            let what = format!("The options file {name} is empty, and had rules before.");
            let action =
                "Put the file back. To lift its rules, leave a file with a comment, such as: # no rules";
            return Self::kept(before, what, action);
        }
        let file = options_file::parse(bytes);
        if file.is_unreadable() {
            let what = format!("No line of {name} is one of an options file.");
            return Self::without_file(before, what, "Put an options file in its place.");
        }
        let unread = Policy::compile(&file).0.unread_lines().to_vec();
        if unread.is_empty() {
            return Self {
                in_force: Some(Arc::new(Rules { path, file })),
                trouble: None,
                remark,
            };
        }
        let lines: Vec<String> = unread.iter().take(alerts::SHOWN).map(u32::to_string).collect();
        let what = format!(
            "Lines of {name} that restrict somebody cannot be read: {}.",
            lines.join(", ")
        );
        let action = "Correct the lines, or write # in front of those that are not wanted.";
        match before {
            Some(before) => Self::kept(before, what, action),
            None => Self {
                in_force: Some(Arc::new(Rules { path, file })),
                trouble: Some(Trouble::new(what, action, false)),
                remark,
            },
        }
    }

    fn kept(rules: Arc<Rules>, what: String, action: &str) -> Self {
        Self {
            in_force: Some(rules),
            trouble: Some(Trouble::new(what, action, true)),
            remark: None,
        }
    }

    fn without_file(before: Option<Arc<Rules>>, what: String, action: &str) -> Self {
        match before {
            Some(rules) => Self::kept(rules, what, action),
            None => Self {
                in_force: None,
                trouble: Some(Trouble::new(what, action, false)),
                remark: None,
            },
        }
    }

    /// What it means for the pools of a day, and everything that is odd about it, in the order of its lines.
    pub(super) fn bind(
        &self,
        pools: &PoolSet,
        installed: &Installed,
        day: Date,
        logs: &LogPlace<'_>,
    ) -> (SeatRules, Vec<Finding>) {
        let files: Vec<_> = installed.files.iter().map(|file| file.as_installed()).collect();
        let facts = PoolFacts::of(pools, &files, day);
        let Some(rules) = &self.in_force else {
            return match &self.trouble {
                Some(_) => (SeatRules::bind(Policy::closed(), pools, &facts).0, Vec::new()),
                None => (SeatRules::default(), Vec::new()),
            };
        };
        let (policy, compiled) = Policy::compile(&rules.file);
        let (bound, findings_of_pools) = SeatRules::bind(policy, pools, &facts);
        let mut findings = rules.file.findings.clone();
        findings.extend(compiled);
        findings.extend(findings_of_pools);
        findings.extend(debug_log::finding(&rules.file, logs.folder, logs.is_on));
        findings.sort_by_key(|finding| finding.line);
        (bound, findings)
    }

    /// Where the file in force lies; none without any.
    pub(super) fn path(&self) -> Option<&Path> {
        self.in_force.as_ref().map(|rules| rules.path.as_path())
    }

    /// Keeps a copy of a file that could be read, so that its rules outlive a restart without it.
    fn remember(&self, data: &DataFolder, vendor: &str, bytes: &[u8]) {
        if self.trouble.is_some() || self.in_force.is_none() {
            return;
        }
        let copy = data.options_copy(vendor);
        if regular::read(&copy, MAX_BYTES).is_ok_and(|known| known == bytes) {
            return;
        }
        if let Err(error) = durable::write(&copy, bytes, Readers::Owner, Existing::Replace) {
            tracing::warn!(path = %copy.display(), %error, "the copy of the options file cannot be written");
        }
    }
}

impl Trouble {
    fn new(what: String, action: &str, kept: bool) -> Self {
        Self {
            what,
            action: action.to_owned(),
            kept,
        }
    }
}

/// The rules that were in force before this start.
fn last_good(data: &DataFolder, vendor: &str) -> Option<Arc<Rules>> {
    let path = data.options_copy(vendor);
    match regular::read(&path, MAX_BYTES) {
        Ok(bytes) => Some(Arc::new(Rules {
            path,
            file: options_file::parse(&bytes),
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the copy of the options file cannot be read");
            None
        }
    }
}
