//! Whether a license server is well: from what was looked at to checks with an outcome and what to do.

use jiff::Timestamp;
use licensing_api::alert::{Alert, AlertLevel};
use licensing_api::health::{HealthCheck, HealthOutcome};

/// Something that was looked at: its name, and what was found or what is wrong.
pub type Look = (String, Result<String, String>);

/// What was found of a server.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its active alerts.
    pub alerts: Vec<Alert>,
    /// Each port, asked whether it answers.
    pub ports: Vec<Look>,
    /// Each vendor daemon, asked for its figures.
    pub daemons: Vec<Look>,
    /// End of the certificate; none when it cannot be read.
    pub certificate_end: Option<Timestamp>,
    /// MiB that are free on the disk of the data folder; none when unknown.
    pub disk_free_mib: Option<u64>,
    /// Issuers that are trusted.
    pub issuers: usize,
    /// License files that are installed.
    pub files: usize,
    /// Last upload that succeeded; none where none was made.
    pub last_upload: Option<Timestamp>,
    /// Whether uploads are to be made.
    pub uploads: bool,
    /// Each database, with its pages checked.
    pub databases: Vec<Look>,
    /// Each chain of records, walked; empty when that was not asked for.
    pub chains: Vec<Look>,
    /// Each route by which alerts are sent: that it sends, or why nothing arrives.
    pub routes: Vec<Look>,
    /// Version of the server.
    pub version: String,
}

/// Codes of alerts by the check that they concern.
const CONCERNS: &[(&str, &[&str])] = &[
    ("Daemons", &["VendorDaemonDown"]),
    ("Clock", &["ClockJumped", "ComplianceWrongClock"]),
    (
        "Certificate",
        &[
            "CertificateExpired",
            "CertificateExpires",
            "CertificateRenewalDue",
            "CertificateFilesRefused",
            "CertificateAnnounced",
        ],
    ),
    (
        "Disk",
        &[
            "DiskSpaceLow",
            "DataFolderOpen",
            "UploadStateUnsaved",
            "AlertStateUnsaved",
        ],
    ),
    ("Trust", &["UnverifiedLicensesAccepted"]),
    (
        "LicenseFiles",
        &[
            "LicenseFileNotUsed",
            "LicenseFolderUnreadable",
            "NetworkInterfacesUnreadable",
            "LicenseExpired",
            "LicenseExpires",
            "DuplicateSerialNumber",
            "StartupLicenseOnly",
        ],
    ),
    (
        "OptionsFiles",
        &[
            "OptionsFileUnreadable",
            "OptionsFileSpelling",
            "OptionsFileElsewhere",
            "OptionsFileFindings",
        ],
    ),
    (
        "Uploads",
        &["UploadOverdue", "UploadRegistrationMissing", "UploadRefused"],
    ),
    ("Audit", &["AuditDamaged", "AuditGrowsFast"]),
];

/// The checks, in the order in which an administrator looks.
pub fn checks(facts: &Facts) -> Vec<HealthCheck> {
    let at = |instant: Option<Timestamp>| {
        instant.map_or_else(|| "at no time".to_owned(), |at| format!("at {at:.0}"))
    };
    vec![
        of_looks(
            "Ports",
            &facts.ports,
            "Look whether the server runs, and into its log.",
        ),
        merged(
            of_looks(
                "Daemons",
                &facts.daemons,
                "Look into the log of the server for its cause.",
            ),
            of_alerts(facts, "Daemons", String::new()),
        ),
        of_alerts(facts, "Clock", "It agrees with the time that passes.".to_owned()),
        of_alerts(
            facts,
            "Certificate",
            format!("It ends {}.", at(facts.certificate_end)),
        ),
        of_alerts(
            facts,
            "Disk",
            facts.disk_free_mib.map_or_else(
                || "How much is free is not known here.".to_owned(),
                |free| format!("{free} MiB are free."),
            ),
        ),
        trust(facts),
        of_alerts(
            facts,
            "LicenseFiles",
            format!("License files that fit this host: {}.", facts.files),
        ),
        of_alerts(facts, "OptionsFiles", "Every line has its effect.".to_owned()),
        of_alerts(
            facts,
            "Uploads",
            match facts.uploads {
                true => format!("The last one succeeded {}.", at(facts.last_upload)),
                false => {
                    "The license management service has no destination or is off; nothing is sent.".to_owned()
                }
            },
        ),
        of_looks(
            "Databases",
            &facts.databases,
            "Restore the file from the last good backup.",
        ),
        audit(facts),
        routes(facts),
        passed("Version", format!("Version {} runs.", facts.version)),
    ]
}

fn passed(check: &str, detail: String) -> HealthCheck {
    HealthCheck {
        outcome: HealthOutcome::Passed,
        check: check.to_owned(),
        detail,
        action: String::new(),
    }
}

fn outcome(level: AlertLevel) -> HealthOutcome {
    match level {
        AlertLevel::Info => HealthOutcome::Passed,
        AlertLevel::Alert => HealthOutcome::Warning,
        AlertLevel::Alarm => HealthOutcome::Failed,
    }
}

/// A check by the alerts that concern it: as bad as the worst of them.
fn of_alerts(facts: &Facts, check: &str, well: String) -> HealthCheck {
    let codes = CONCERNS
        .iter()
        .find(|(name, _)| *name == check)
        .map_or(&[][..], |(_, codes)| codes);
    let mut concerned: Vec<&Alert> = facts
        .alerts
        .iter()
        .filter(|alert| codes.contains(&alert.code.as_str()))
        .collect();
    concerned.sort_by_key(|alert| std::cmp::Reverse(alert.level));
    let Some(worst) = concerned.first() else {
        return passed(check, well);
    };
    let outcome = outcome(worst.level);
    let details: Vec<&str> = concerned.iter().map(|alert| alert.detail.as_str()).collect();
    HealthCheck {
        outcome,
        check: check.to_owned(),
        detail: details.join(" "),
        action: match outcome {
            HealthOutcome::Passed => String::new(),
            HealthOutcome::Warning | HealthOutcome::Failed => worst.action.clone(),
        },
    }
}

/// A check that fails when one of its parts is not well.
fn of_looks(check: &str, looks: &[Look], action: &str) -> HealthCheck {
    let wrong: Vec<String> = looks
        .iter()
        .filter_map(|(name, found)| Some(format!("{name}: {}.", found.as_ref().err()?)))
        .collect();
    if !wrong.is_empty() {
        return HealthCheck {
            outcome: HealthOutcome::Failed,
            check: check.to_owned(),
            detail: wrong.join(" "),
            action: action.to_owned(),
        };
    }
    let found = looks.iter().filter_map(|(name, found)| {
        let found = found.as_ref().ok()?;
        Some(format!("{name}: {found}."))
    });
    passed(check, found.collect::<Vec<_>>().join(" "))
}

/// The worse of two looks at the same thing.
fn merged(one: HealthCheck, other: HealthCheck) -> HealthCheck {
    if other.outcome > one.outcome { other } else { one }
}

fn trust(facts: &Facts) -> HealthCheck {
    let check = of_alerts(facts, "Trust", format!("Trusted issuers: {}.", facts.issuers));
    if check.outcome == HealthOutcome::Passed && facts.issuers == 0 && facts.files > 0 {
        return HealthCheck {
            outcome: HealthOutcome::Warning,
            detail: "License files are installed, and no issuer is trusted.".to_owned(),
            action: "Add the issuer of the files with Add-LicenseIssuer.".to_owned(),
            ..check
        };
    }
    check
}

/// Whether alerts reach those who are to be told. Seats are served all the same, so that it is a warning at most.
fn routes(facts: &Facts) -> HealthCheck {
    let check = of_looks(
        "Alerts",
        &facts.routes,
        "Try it with Test-LicenseAlertRoute; Set-LicenseAlertRoute changes it.",
    );
    match check.outcome {
        HealthOutcome::Passed => passed(
            "Alerts",
            format!("Routes that send alerts: {}.", facts.routes.len()),
        ),
        HealthOutcome::Warning | HealthOutcome::Failed => HealthCheck {
            outcome: HealthOutcome::Warning,
            ..check
        },
    }
}

fn audit(facts: &Facts) -> HealthCheck {
    let well = match facts.chains.is_empty() {
        true => "No damage was noticed. A deep check walks all records.".to_owned(),
        false => String::new(),
    };
    let by_alerts = of_alerts(facts, "Audit", well);
    if facts.chains.is_empty() {
        return by_alerts;
    }
    let action = "Save the data folder for an investigation, then restore the last backup that is whole.";
    merged(of_looks("Audit", &facts.chains, action), by_alerts)
}

#[cfg(test)]
mod tests {
    use licensing_api::alert::AlertCode;

    use super::*;

    fn of_routes(routes: Vec<Look>) -> HealthCheck {
        let facts = Facts {
            routes,
            ..Facts::default()
        };
        let found = checks(&facts).into_iter().find(|check| check.check == "Alerts");
        found.unwrap()
    }

    #[test]
    fn every_code_that_concerns_a_check_is_one_of_an_alert() {
        for (check, codes) in CONCERNS {
            for code in *codes {
                assert!(AlertCode::from_name(code).is_some(), "{check}: {code}");
            }
        }
    }

    #[test]
    fn a_route_by_which_nothing_arrives_is_a_warning_that_names_it() {
        let well = of_routes(vec![("night".to_owned(), Ok("sends".to_owned()))]);
        assert_eq!(
            (well.outcome, well.detail.as_str()),
            (HealthOutcome::Passed, "Routes that send alerts: 1.")
        );
        let wrong = of_routes(vec![
            ("night".to_owned(), Ok("sends".to_owned())),
            ("chat".to_owned(), Err("it answered 404".to_owned())),
        ]);
        assert_eq!(
            (wrong.outcome, wrong.detail.as_str()),
            (HealthOutcome::Warning, "chat: it answered 404.")
        );
        assert!(!wrong.action.is_empty());
        assert_eq!(of_routes(Vec::new()).outcome, HealthOutcome::Passed);
    }
}
