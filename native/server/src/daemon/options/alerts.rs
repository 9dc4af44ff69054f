//! Alerts about an options file.

use licensing_api::alert::{Alert, AlertLevel};
use licensing_api::finding::{Finding, Severity};

use super::{Options, Remark, Trouble};

/// Findings and lines that are shown; further ones are counted.
pub(super) const SHOWN: usize = 20;

/// Logs what is odd, and gives the alerts for it; none when every line has its effect.
pub(in crate::daemon) fn alerts(options: &Options, findings: &[Finding]) -> Vec<Alert> {
    let trouble = options.trouble.as_ref().map(of_trouble);
    let remark = options.remark.as_ref().map(of_remark);
    trouble
        .into_iter()
        .chain(remark)
        .chain(of_findings(options, findings))
        .collect()
}

fn of_trouble(trouble: &Trouble) -> Alert {
    let title = match trouble.kept {
        true => "An options file cannot be read; the rules that were in force stay in force.",
        false => "An options file cannot be read; requests that it may restrict are refused.",
    };
    tracing::error!(what = trouble.what, action = trouble.action, "{title}");
    Alert {
        code: "OptionsFileUnreadable".to_owned(),
        level: AlertLevel::Alarm,
        title: title.to_owned(),
        detail: trouble.what.clone(),
        action: format!(
            "{} Then let the server read its files again (SIGHUP).",
            trouble.action
        ),
        since: None,
    }
}

fn of_remark(remark: &Remark) -> Alert {
    let (level, title, detail, action) = match remark {
        Remark::Spelling { path, instead_of } => (
            AlertLevel::Info,
            "An options file has another spelling than its vendor.",
            format!("{} is used as {instead_of}.", path.display()),
            format!("Rename it to {instead_of}; systems that tell upper from lower case may not find it."),
        ),
        Remark::Elsewhere(path) => (
            AlertLevel::Alert,
            "A VENDOR line names an options file that is not in the license folder.",
            format!("{path} is not read, and no rules are in force: only files of the license folder are."),
            "Put the file into the license folder, or remove options= from the VENDOR line.".to_owned(),
        ),
    };
    Alert {
        code: match remark {
            Remark::Spelling { .. } => "OptionsFileSpelling".to_owned(),
            Remark::Elsewhere(_) => "OptionsFileElsewhere".to_owned(),
        },
        level,
        title: title.to_owned(),
        detail,
        action,
        since: None,
    }
}

fn of_findings(options: &Options, findings: &[Finding]) -> Option<Alert> {
    let path = options.path()?.display().to_string();
    let lines: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity != Severity::Information)
        .collect();
    let mut detail = format!("{path}:");
    for finding in lines.iter().take(SHOWN) {
        tracing::warn!(
            path,
            line = finding.line,
            text = finding.text,
            action = finding.action,
            "a line of the options file has no effect or another one than it seems"
        );
        detail.push_str(&format!(" Line {}: {}", finding.line, finding.text));
    }
    if let Some(more @ 1..) = lines.len().checked_sub(SHOWN) {
        detail.push_str(&format!(" And {more} more."));
    }
    (!lines.is_empty()).then(|| Alert {
        code: "OptionsFileFindings".to_owned(),
        level: AlertLevel::Alert,
        title: "Lines of an options file have no effect, or another one than it seems.".to_owned(),
        detail,
        action: "Correct the lines, then let the server read its files again (SIGHUP).".to_owned(),
        since: None,
    })
}
