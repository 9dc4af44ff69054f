//! What an administrator should know of the service, and what was found about this server.

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_api::alert::{Alert, AlertLevel};
use licensing_api::management::{ComplianceFinding, FindingEvidence, FindingSource};
use licensing_management::compliance::{
    Bounds, Finding, FindingRecord, FindingState, Knowledge, Rows, Severity, evaluate,
};
use licensing_management::schedule::Switch;
use licensing_management::upload::UploadType;

use super::service::ManagementService;

impl ManagementService {
    /// Active alerts: overdue, refused, registration missing, state that cannot be written, and open findings.
    pub fn alerts(&self) -> Vec<Alert> {
        let live = self.0.live.lock();
        let on = live.schedule.saved().settings.switch == Switch::On;
        let mut alerts = Vec::new();
        if live.schedule.is_overdue() {
            alerts.push(Alert {
                code: "UploadOverdue".to_owned(),
                level: AlertLevel::Alert,
                title: "No license upload has succeeded for 48 hours.".to_owned(),
                detail: format!("{} uploads wait.", live.waiting.len()),
                action:
                    "Look at the last result with Get-LicenseManagementService, and try Start-LicenseUpload."
                        .to_owned(),
                since: live.schedule.saved().last_success,
            });
        }
        if on && (live.unknown || live.state.registration.is_none()) {
            alerts.push(Alert {
                code: "UploadRegistrationMissing".to_owned(),
                level: AlertLevel::Alert,
                title: "The server is not registered at the receiver of license uploads.".to_owned(),
                detail: "Nothing is uploaded before it is registered.".to_owned(),
                action: "Ask the receiver's administrator for a code and pass it to Set-LicenseManagementService -RegistrationCode."
                    .to_owned(),
                since: None,
            });
        }
        if let Some(reason) = live.state.refused.as_ref().filter(|_| on) {
            alerts.push(Alert {
                code: "UploadRefused".to_owned(),
                level: AlertLevel::Alert,
                title: "The receiver has refused a license upload.".to_owned(),
                detail: format!("{reason}."),
                action: "Ask the receiver's administrator, then try Start-LicenseUpload.".to_owned(),
                since: None,
            });
        }
        if let Some(why) = &live.unsaved {
            alerts.push(Alert {
                code: "UploadStateUnsaved".to_owned(),
                level: AlertLevel::Alarm,
                title: "The state of the license management service cannot be written.".to_owned(),
                detail: format!("{why}."),
                action: "Free disk space, or repair the folder 'management' of the data folder.".to_owned(),
                since: None,
            });
        }
        let open = live.state.received.findings.iter();
        alerts.extend(
            open.filter(|record| record.state == FindingState::Open)
                .map(alert),
        );
        alerts
    }

    /// What the receiver has found about this server.
    pub fn findings(&self, include_resolved: bool) -> Vec<ComplianceFinding> {
        let live = self.0.live.lock();
        let records = live.state.received.findings.iter();
        records
            .filter(|record| include_resolved || record.state != FindingState::Resolved)
            .map(|record| shown(record, FindingSource::Receiver))
            .collect()
    }

    /// Finds on this server what needs no second one, from what would be sent now and what was sent before.
    ///
    /// # Errors
    /// When the vendor daemons do not answer, or the folder cannot be read.
    pub async fn test_compliance(&self) -> Result<Vec<ComplianceFinding>, Problem> {
        let documents = self.documents(UploadType::Manual).await?;
        let mut rows = Rows::default();
        for upload in &documents {
            rows.add(upload, None, None);
        }
        let knowledge = {
            let live = self.0.live.lock();
            Knowledge {
                rescissions: live.state.received.rescissions.clone(),
                requirements: live.state.received.requirements.clone(),
                pairs: Vec::new(),
            }
        };
        let now = Timestamp::now();
        Ok(evaluate(&rows, &knowledge, &Bounds::default())
            .into_iter()
            .filter(Finding::is_standing)
            .map(|finding| shown(&FindingRecord::new(finding, now), FindingSource::Local))
            .collect())
    }
}

fn alert(record: &FindingRecord) -> Alert {
    let finding = &record.finding;
    Alert {
        code: format!("Compliance{:?}", finding.kind),
        level: match finding.severity {
            Severity::Alert => AlertLevel::Alert,
            Severity::Violation => AlertLevel::Alarm,
        },
        title: finding.kind.title().to_owned(),
        detail: finding.detail.clone(),
        action: finding.kind.action().to_owned(),
        since: Some(finding.since),
    }
}

fn shown(record: &FindingRecord, source: FindingSource) -> ComplianceFinding {
    let finding = &record.finding;
    ComplianceFinding {
        key: finding.key.clone(),
        kind: format!("{:?}", finding.kind),
        severity: format!("{:?}", finding.severity),
        state: format!("{:?}", record.state),
        source,
        subject: finding.subject.clone(),
        servers: finding.servers.iter().map(ToString::to_string).collect(),
        since: finding.since,
        until: finding.until,
        title: finding.kind.title().to_owned(),
        detail: finding.detail.clone(),
        action: finding.kind.action().to_owned(),
        reason: record.reason.clone(),
        evidence: finding
            .evidence
            .iter()
            .map(|piece| FindingEvidence {
                server_guid: piece.server_guid.to_string(),
                upload_id: piece.upload_id.to_string(),
                created: piece.created,
                field: piece.field.clone(),
                value: piece.value.clone(),
            })
            .collect(),
    }
}
