//! What an administrator should know of the service, and what was found about this server.

use jiff::Timestamp;
use licensing_api::Problem;
use licensing_api::alert::{Alert, AlertCode};
use licensing_api::management::{ComplianceFinding, FindingEvidence, FindingSource};
use licensing_management::compliance::{
    Bounds, Finding, FindingRecord, FindingState, Knowledge, Rows, evaluate,
};
use licensing_management::schedule::Switch;
use licensing_management::upload::UploadType;

use super::service::ManagementService;

impl ManagementService {
    /// Active alerts: overdue, refused, set aside, registration missing, state that cannot be written, and open findings.
    pub fn alerts(&self) -> Vec<Alert> {
        let live = self.0.live.lock();
        let on = live.schedule.saved().settings.switch == Switch::On;
        let mut alerts = Vec::new();
        if live.schedule.is_overdue() {
            let mut alert = Alert::new(AlertCode::UploadOverdue).with("waiting", live.waiting.len());
            alert.since = live.schedule.saved().last_success;
            alerts.push(alert);
        }
        if on && (live.unknown || live.state.registration.is_none()) {
            alerts.push(Alert::new(AlertCode::UploadRegistrationMissing));
        }
        if let Some(reason) = live.state.refused.as_ref().filter(|_| on) {
            alerts.push(Alert::new(AlertCode::UploadRefused).with("reason", reason));
        }
        if live.set_aside > 0 {
            let last = live.state.set_aside.as_deref().unwrap_or_default();
            let reason = format!(
                "Uploads that were refused for good lie in management/refused of the data folder: {}; the last was {last}",
                live.set_aside
            );
            alerts.push(
                Alert::new(AlertCode::UploadRefused)
                    .with("reason", reason)
                    .about("management/refused")
                    .advise("Ask the receiver's administrator for the cause, then remove the file or let it wait again."),
            );
        }
        if let Some(why) = &live.unsaved {
            alerts.push(Alert::new(AlertCode::UploadStateUnsaved).with("reason", why));
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
    Alert::new(finding.kind.alert_code())
        .saying(&finding.detail)
        .about(&finding.key)
        .since(finding.since)
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
