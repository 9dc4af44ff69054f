//! Alerts about an options file.

use licensing_api::alert::{Alert, AlertCode};
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
    let mut alert = Alert::new(AlertCode::OptionsFileUnreadable)
        .saying(&trouble.what)
        .advise(format!(
            "{} Then let the server read its files again (SIGHUP).",
            trouble.action
        ));
    title.clone_into(&mut alert.title);
    alert
}

fn of_remark(remark: &Remark) -> Alert {
    match remark {
        Remark::Spelling { path, instead_of } => Alert::new(AlertCode::OptionsFileSpelling)
            .saying(format!("{} is used as {instead_of}.", path.display()))
            .advise(format!(
                "Rename it to {instead_of}; systems that tell upper from lower case may not find it."
            ))
            .about(instead_of),
        Remark::Elsewhere(path) => Alert::new(AlertCode::OptionsFileElsewhere)
            .saying(format!(
                "{path} is not read, and no rules are in force: only files of the license folder are."
            ))
            .about(path),
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
    (!lines.is_empty()).then(|| {
        Alert::new(AlertCode::OptionsFileFindings)
            .saying(detail)
            .about(path)
    })
}
