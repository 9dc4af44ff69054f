//! The options file of a vendor: found, read, and bound to the pools.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use licensing_api::alert::{Alert, AlertLevel};
use licensing_api::finding::{Finding, Severity};
use licensing_files::read_bounded;
use licensing_license_file::license_file::LineKind;
use licensing_license_file::options_file::{self, OptionsFile};
use licensing_seats::policy::{Policy, PoolFacts};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::SeatRules;

use super::debug_log;
use crate::config::DataFolder;
use crate::installed::Installed;

/// Largest options file.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Findings that are told; further ones are counted.
const TOLD: usize = 20;

/// Where the debug log may be, and whether there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogPlace<'a> {
    pub(super) folder: &'a Path,
    pub(super) is_on: bool,
}

/// An options file that was read.
#[derive(Debug)]
pub(super) struct Options {
    path: PathBuf,
    file: OptionsFile,
}

impl Options {
    /// Reads the options file of a vendor; none when there is none.
    ///
    /// It is `<VENDOR>.opt` in the license folder, else the file there that `options=` of the VENDOR line names. Its
    /// folder is not looked at: license files come from outside, and must not make the server read anything else.
    ///
    /// # Errors
    /// If there is one that cannot be read. Serving without its rules would let in whom it shuts out.
    pub(super) fn read(data: &DataFolder, vendor: &str, installed: &Installed) -> io::Result<Option<Self>> {
        let named = named_by_vendor_line(vendor, installed).map(|name| data.licenses().join(name));
        let candidates = std::iter::once(data.options_file(vendor)).chain(named);
        for path in candidates {
            match read_bounded(&path, MAX_BYTES) {
                Ok(bytes) => {
                    let file = options_file::parse(&bytes);
                    return Ok(Some(Self { path, file }));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let text = format!("the options file {} cannot be read: {error}", path.display());
                    return Err(io::Error::new(error.kind(), text));
                }
            }
        }
        Ok(None)
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
        let (policy, compiled) = Policy::compile(&self.file);
        let (rules, bound) = SeatRules::bind(policy, pools, &PoolFacts::of(pools, &files, day));
        let mut findings = self.file.findings.clone();
        findings.extend(compiled);
        findings.extend(bound);
        findings.extend(debug_log::finding(&self.file, logs.folder, logs.is_on));
        findings.sort_by_key(|finding| finding.line);
        (rules, findings)
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn named_by_vendor_line(vendor: &str, installed: &Installed) -> Option<String> {
    let lines = installed.files.iter().flat_map(|file| &file.file.lines);
    let named = lines.filter_map(|line| match &line.kind {
        LineKind::Vendor(line) if line.name.value.eq_ignore_ascii_case(vendor) => line.options.as_ref(),
        _ => None,
    });
    named
        .filter_map(|path| path.value.rsplit(['/', '\\']).next())
        .find(|name| !name.is_empty() && !name.starts_with('.') && !name.contains([':', '\0']))
        .map(str::to_owned)
}

/// Says what is odd in the log, and gives the alert for it; none when every line has its effect.
pub(super) fn tell(path: &Path, findings: &[Finding]) -> Option<Alert> {
    let lines: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity != Severity::Information)
        .collect();
    let mut detail = format!("{}:", path.display());
    for finding in lines.iter().take(TOLD) {
        tracing::warn!(
            path = %path.display(),
            line = finding.line,
            text = finding.text,
            action = finding.action,
            "a line of the options file has no effect or another one than it seems"
        );
        detail.push_str(&format!(" Line {}: {}", finding.line, finding.text));
    }
    if let Some(more @ 1..) = lines.len().checked_sub(TOLD) {
        detail.push_str(&format!(" And {more} more."));
    }
    (!lines.is_empty()).then(|| Alert {
        code: "OptionsFileFindings".to_owned(),
        level: AlertLevel::Alert,
        title: "Lines of an options file are not in effect as they stand.".to_owned(),
        detail,
        action: "Correct the lines, then let the server read its files again (SIGHUP).".to_owned(),
        since: None,
    })
}
