//! The options files: their lines in words, and what another one would mean.

use std::collections::HashSet;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use licensing_api::denial::DenialRow;
use licensing_api::finding::{Finding, Severity};
use licensing_api::option::{OptionLine, OptionState, OptionsExplanation};
use licensing_api::usage::UsageRow;
use licensing_api::{ErrorCode, Problem};
use licensing_files::{Existing, Readers, durable, regular};
use licensing_license_file::options_file::{self, OptionLineKind, OptionsFile};
use licensing_seats::policy::{Concerned, Policy, PoolFacts, Requester, compare};
use licensing_seats::seat::SeatSettings;
use tokio::sync::OwnedMutexGuard;

use super::contents::vendors;
use super::{ChangedFolder, LicenseFolder, today};
use crate::installed::Installed;
use crate::installed::options_file::{Found, find};

/// Largest options file that is taken.
const MAX_BYTES: usize = 1024 * 1024;

/// Most lines of an options file that is taken: each has a row of its own in what is answered.
const MAX_LINES: usize = 50_000;

/// An options file that was checked and only has to be put in place. Nobody else can change the folder while it lives.
#[derive(Debug)]
pub struct CheckedOptions {
    path: PathBuf,
    content: String,
    /// The file in words.
    pub explanation: OptionsExplanation,
    /// Lines that cannot be read, in words; empty when all can.
    pub refusal: String,
    _changing: OwnedMutexGuard<()>,
}

/// What an options file comes to.
struct Assessed {
    path: PathBuf,
    explanation: OptionsExplanation,
    refusal: String,
}

/// Whom a change may concern.
#[derive(Debug, Default)]
pub struct People {
    /// Holders of seats.
    pub holders: Vec<UsageRow>,
    /// Requests that an options file has refused.
    pub refused: Vec<DenialRow>,
}

impl LicenseFolder {
    /// Vendors that license files name, as they spell them.
    ///
    /// # Errors
    /// `StorageUnavailable` when the folder cannot be read.
    pub async fn vendors(&self) -> Result<Vec<String>, Problem> {
        self.blocking(|this| Ok(vendors(&*this.installed()?).into_iter().collect()))
            .await
    }

    /// The lines of the options files of these vendors.
    ///
    /// # Errors
    /// `StorageUnavailable` when a file cannot be read.
    pub async fn options(&self, vendors: Vec<String>) -> Result<Vec<OptionLine>, Problem> {
        self.blocking(move |this| {
            let installed = this.installed()?;
            let mut lines = Vec::new();
            for vendor in vendors {
                let (_, file) = this.options_in_place(&vendor, &installed)?;
                lines.extend(in_words(&vendor, &file, &findings(&file)));
            }
            Ok(lines)
        })
        .await
    }

    /// Explains an options file, and what it would mean for people. Nobody who changes the folder waits for it.
    ///
    /// # Errors
    /// `InvalidRequest` for a text that is never taken.
    pub async fn explain_options(
        &self,
        vendor: String,
        content: String,
        people: People,
    ) -> Result<OptionsExplanation, Problem> {
        self.explaining(content.len(), move |this| {
            Ok(this.assessed(&vendor, &content, &people)?.explanation)
        })
        .await
    }

    /// Checks an options file that is to be put in place; nothing is changed yet.
    ///
    /// # Errors
    /// `InvalidRequest` for a text that is never taken.
    pub async fn check_options(
        &self,
        vendor: String,
        content: String,
        people: People,
    ) -> Result<CheckedOptions, Problem> {
        let changing = Arc::clone(&self.changing).lock_owned().await;
        self.blocking(move |this| {
            let Assessed {
                path,
                explanation,
                refusal,
            } = this.assessed(&vendor, &content, &people)?;
            Ok(CheckedOptions {
                path,
                content,
                explanation,
                refusal,
                _changing: changing,
            })
        })
        .await
    }

    fn assessed(&self, vendor: &str, content: &str, people: &People) -> Result<Assessed, Problem> {
        let invalid = |detail: String| Problem::new(ErrorCode::InvalidRequest, detail).about("content");
        if content.len() > MAX_BYTES {
            return Err(invalid(format!("An options file has at most {MAX_BYTES} bytes.")));
        }
        if content.lines().count() > MAX_LINES {
            return Err(invalid(format!("An options file has at most {MAX_LINES} lines.")));
        }
        if content.trim().is_empty() {
            let problem =
                invalid("A file without a line would leave the rules of before in force.".to_owned());
            return Err(problem.advise("To lift all rules, leave a comment, such as: # no rules"));
        }
        let installed = self.installed()?;
        let (path, before) = self.options_in_place(vendor, &installed)?;
        let after = options_file::parse(content.as_bytes());
        let noticed = findings(&after);
        let lines = in_words(vendor, &after, &noticed);
        let unread: HashSet<u32> = Policy::compile(&after).0.unread_lines().iter().copied().collect();
        let not_understood: Vec<String> = lines
            .iter()
            .filter(|line| line.state == OptionState::NotUnderstood || unread.contains(&line.line))
            .map(|line| format!("line {}: {}", line.line, line.text.trim()))
            .collect();
        let config = self.config.now();
        let pools = installed.pools(vendor, &config, today());
        let files: Vec<_> = installed.files.iter().map(|file| file.as_installed()).collect();
        let facts = PoolFacts::of(&pools, &files, today());
        let fold = config.licensing.fold_domains;
        let holders: Vec<_> = people.holders.iter().map(|row| holder(row, fold)).collect();
        let refused: Vec<_> = people.refused.iter().map(|row| refused(row, fold)).collect();
        let effects = compare(&before, &after, &pools, &facts, &holders, &refused);
        Ok(Assessed {
            path,
            explanation: OptionsExplanation {
                vendor: vendor.to_owned(),
                acceptable: not_understood.is_empty(),
                lines,
                effects,
            },
            refusal: not_understood.join("; "),
        })
    }

    /// The options file of a vendor that lies in the folder, or the place where one would.
    fn options_in_place(
        &self,
        vendor: &str,
        installed: &Installed,
    ) -> Result<(PathBuf, OptionsFile), Problem> {
        let unreadable = |error: &io::Error| {
            let detail = format!("The options file of {vendor} cannot be read: {error}.");
            Problem::new(ErrorCode::StorageUnavailable, detail).about(vendor)
        };
        let found = find(&self.data, vendor, installed).map_err(|error| unreadable(&error))?;
        let Found::At { path, .. } = found else {
            return Ok((self.data.options_file(vendor), OptionsFile::default()));
        };
        let bytes = regular::read_own(&path, MAX_BYTES).map_err(|error| unreadable(&error))?;
        Ok((path, options_file::parse(&bytes)))
    }
}

impl CheckedOptions {
    /// Puts the file in place, whole or not at all. The folder stays closed to other changes until the guard that is
    /// returned goes.
    ///
    /// # Errors
    /// `StorageUnavailable`; the folder is then as it was.
    pub async fn carry_out(self) -> Result<ChangedFolder, Problem> {
        let (path, content) = (self.path, self.content);
        crate::blocking::blocking(move || {
            durable::write(&path, content.as_bytes(), Readers::Usual, Existing::Replace)
        })
        .await?
        .map_err(|error| {
            let detail = format!("The options file cannot be written: {error}.");
            Problem::new(ErrorCode::StorageUnavailable, detail).about("licenses")
        })?;
        Ok(ChangedFolder {
            _changing: self._changing,
        })
    }
}

/// What was noticed about the lines, by themselves and together.
fn findings(file: &OptionsFile) -> Vec<Finding> {
    let mut findings = file.findings.clone();
    findings.extend(Policy::compile(file).1);
    findings.sort_by_key(|finding| finding.line);
    findings
}

fn in_words(vendor: &str, file: &OptionsFile, findings: &[Finding]) -> Vec<OptionLine> {
    file.lines
        .iter()
        .map(|line| {
            let (state, meaning) = match &line.kind {
                OptionLineKind::Option(directive) => (OptionState::InForce, directive.meaning()),
                OptionLineKind::Blank | OptionLineKind::Comment | OptionLineKind::SwitchedOff => {
                    (OptionState::NoOption, String::new())
                }
                OptionLineKind::Unknown | OptionLineKind::Malformed => {
                    (OptionState::NotUnderstood, String::new())
                }
            };
            let of_line = line.at.line..line.at.line.saturating_add(line.physical_lines.max(1));
            OptionLine {
                vendor: vendor.to_owned(),
                line: line.at.line,
                text: String::from_utf8_lossy(&line.raw)
                    .trim_end_matches(['\r', '\n'])
                    .to_owned(),
                state,
                meaning,
                findings: within(findings, of_line)
                    .filter(|finding| finding.severity != Severity::Information)
                    .cloned()
                    .collect(),
            }
        })
        .collect()
}

/// The findings about some lines, of those that are sorted by their lines.
fn within(findings: &[Finding], lines: Range<u32>) -> impl Iterator<Item = &Finding> {
    let from = findings.partition_point(|finding| finding.line < lines.start);
    let later = findings.get(from..).unwrap_or_default().iter();
    later.take_while(move |finding| finding.line < lines.end)
}

fn requester<'a>(user: &'a str, host: &'a str, display: &'a str, fold: bool) -> Requester<'a> {
    Requester {
        user,
        short_user: fold.then(|| SeatSettings::without_domain(user)),
        host,
        display,
        address: None,
        project: "",
    }
}

fn holder(row: &UsageRow, fold: bool) -> Concerned<'_> {
    let host = if row.host.is_empty() {
        &row.device
    } else {
        &row.host
    };
    Concerned {
        pool_id: Some(&row.pool_id),
        feature: &row.feature,
        requester: requester(&row.user, host, &row.display, fold),
        device: &row.device,
        seats: row.count,
    }
}

fn refused(row: &DenialRow, fold: bool) -> Concerned<'_> {
    Concerned {
        pool_id: None,
        feature: &row.feature,
        requester: requester(&row.user, &row.host, &row.display, fold),
        device: &row.device,
        seats: row.count,
    }
}
