//! What administrators ask for.

mod accounts;
mod requirements;
mod targets;

use licensing_api::insight::{
    ConfirmInsightFinding, GetInsightCapacity, GetInsightFindings, GetInsightPairs, GetInsightRescissions,
    GetInsightServers, GetInsightUploads, ImportInsightBundle, ImportInsightRescissions, InsightCapacity,
    InsightFinding, InsightPair, InsightReceipt, InsightRegistration, InsightRescission, InsightServer,
    InsightUpload, NewInsightPair, NewInsightRegistration, RemoveInsightPair, RemoveInsightRescission,
    RemoveInsightServer, USUAL_UPLOADS,
};
use licensing_api::management::FindingEvidence;
use licensing_api::operation::{Rows, op};
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_management::compliance::{DisasterRecoveryPair, FindingRecord, Rescission};
use licensing_management::exchange::Outcome;
use licensing_management::id::ServerGuid;
use licensing_seats::wildcard::Wildcards;

use super::dispatch::Answer;
use crate::service::{Account, Insight, RegisteredServer};
use crate::storage::UploadSummary;

/// Most uploads that are listed.
const MOST_UPLOADS: u32 = 10_000;

fn server_row(server: RegisteredServer, last_upload: Option<jiff::Timestamp>) -> InsightServer {
    InsightServer {
        host_name: server.host_name,
        server_guid: server.server_guid.to_string(),
        organization: server.organization,
        product_version: server.product_version,
        registered: server.registered,
        last_upload,
    }
}

impl Answer for op::GetInsightServers {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightServers,
    ) -> Result<Rows<InsightServer>, Problem> {
        let names = Wildcards::new(&request.name);
        let mut servers = insight.visible_servers(caller)?;
        servers.retain(|server| {
            names.matches(&server.host_name) || names.matches(&server.server_guid.to_string())
        });
        let guids: Vec<ServerGuid> = servers.iter().map(|server| server.server_guid).collect();
        let contacts = insight.storage().contacts(&guids)?;
        let rows: Vec<InsightServer> = servers
            .into_iter()
            .map(|server| {
                let at = contacts.get(&server.server_guid).copied();
                server_row(server, at)
            })
            .collect();
        Ok(rows.into())
    }
}

impl Answer for op::NewInsightRegistration {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: NewInsightRegistration,
    ) -> Result<InsightRegistration, Problem> {
        let organization = caller
            .organization_for(request.organization.as_deref())?
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::InvalidRequest,
                    "organization is missing; an operator belongs to none.",
                )
                .about("organization")
            })?;
        let (code, expires) = insight.new_code(organization, request.days)?;
        Ok(InsightRegistration {
            registration_code: Secret::new(code.reveal()),
            organization: organization.to_owned(),
            expires,
        })
    }
}

impl Answer for op::RemoveInsightServer {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightServer,
    ) -> Result<InsightServer, Problem> {
        let removed = insight.unregister(caller, &request.server_guid)?;
        Ok(server_row(removed, None))
    }
}

impl Answer for op::GetInsightUploads {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightUploads,
    ) -> Result<Rows<InsightUpload>, Problem> {
        let most = request.most.unwrap_or(USUAL_UPLOADS);
        if !(1..=MOST_UPLOADS).contains(&most) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!("most is {most}; allowed: 1 to {MOST_UPLOADS}."),
            )
            .about("most"));
        }
        let servers: Vec<ServerGuid> = match request.server_guid {
            Some(server) => vec![insight.visible_server(caller, &server)?.server_guid],
            None => insight
                .visible_servers(caller)?
                .into_iter()
                .map(|server| server.server_guid)
                .collect(),
        };
        let rows = insight.storage().uploads(&servers, most as usize)?;
        Ok(rows.into_iter().map(upload_row).collect::<Vec<_>>().into())
    }
}

fn upload_row(upload: UploadSummary) -> InsightUpload {
    InsightUpload {
        server_guid: upload.server.to_string(),
        sequence: upload.sequence,
        upload_id: upload.upload_id.to_string(),
        created: upload.created,
        received: upload.received,
        bytes: upload.bytes,
        integrity: upload.integrity,
    }
}

/// A finding as administrators see it.
pub(super) fn finding_row(record: FindingRecord) -> InsightFinding {
    let finding = record.finding;
    InsightFinding {
        kind: format!("{:?}", finding.kind),
        severity: format!("{:?}", finding.severity),
        state: format!("{:?}", record.state),
        title: finding.kind.title().to_owned(),
        action: finding.kind.action().to_owned(),
        key: finding.key,
        subject: finding.subject,
        servers: finding.servers.iter().map(ToString::to_string).collect(),
        since: finding.since,
        until: finding.until,
        found: record.found,
        changed: record.changed,
        reopened: record.reopened,
        detail: finding.detail,
        reason: record.reason,
        acknowledged_by: record.acknowledged_by,
        evidence: finding
            .evidence
            .into_iter()
            .map(|piece| FindingEvidence {
                server_guid: piece.server_guid.to_string(),
                upload_id: piece.upload_id.to_string(),
                created: piece.created,
                field: piece.field,
                value: piece.value,
            })
            .collect(),
    }
}

impl Answer for op::GetInsightFindings {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightFindings,
    ) -> Result<Rows<InsightFinding>, Problem> {
        let kinds = Wildcards::new(&request.kind);
        let records =
            insight.visible_findings(caller, request.server_guid.as_deref(), request.include_resolved)?;
        let rows: Vec<InsightFinding> = records
            .into_iter()
            .map(finding_row)
            .filter(|row| kinds.matches(&row.kind))
            .collect();
        Ok(rows.into())
    }
}

impl Answer for op::ConfirmInsightFinding {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: ConfirmInsightFinding,
    ) -> Result<InsightFinding, Problem> {
        Ok(finding_row(insight.acknowledge(
            caller,
            &request.key,
            &request.reason,
        )?))
    }
}

fn rescission_row(rescission: Rescission) -> InsightRescission {
    InsightRescission {
        serial_number: rescission.serial_number,
        vendor: rescission.vendor,
        effective: rescission.effective,
        withdrawn: rescission.withdrawn,
        reason: rescission.reason,
    }
}

fn rescission_rows(rescissions: Vec<Rescission>) -> Rows<InsightRescission> {
    rescissions
        .into_iter()
        .map(rescission_row)
        .collect::<Vec<_>>()
        .into()
}

impl Answer for op::GetInsightRescissions {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightRescissions,
    ) -> Result<Rows<InsightRescission>, Problem> {
        let serials = Wildcards::new(&request.serial_number);
        let mut rescissions = insight.visible_rescissions(caller)?;
        rescissions.retain(|one| serials.matches(&one.serial_number));
        Ok(rescission_rows(rescissions))
    }
}

impl Answer for op::ImportInsightRescissions {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: ImportInsightRescissions,
    ) -> Result<Rows<InsightRescission>, Problem> {
        Ok(rescission_rows(
            insight.import_rescissions(caller, &request.content)?,
        ))
    }
}

impl Answer for op::RemoveInsightRescission {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightRescission,
    ) -> Result<Rows<InsightRescission>, Problem> {
        Ok(rescission_rows(insight.withdraw(
            caller,
            &request.serial_number,
            request.vendor.as_deref(),
        )?))
    }
}

fn pair_row(pair: DisasterRecoveryPair) -> InsightPair {
    InsightPair {
        first: pair.first.to_string(),
        second: pair.second.to_string(),
    }
}

impl Answer for op::GetInsightPairs {
    fn answer(insight: &Insight, caller: &Account, _: GetInsightPairs) -> Result<Rows<InsightPair>, Problem> {
        let pairs = insight.pairs(caller)?;
        Ok(pairs.into_iter().map(pair_row).collect::<Vec<_>>().into())
    }
}

impl Answer for op::NewInsightPair {
    fn answer(insight: &Insight, caller: &Account, request: NewInsightPair) -> Result<InsightPair, Problem> {
        let pair = insight.set_pair(caller, &request.first, &request.second, true)?;
        Ok(pair_row(pair))
    }
}

impl Answer for op::RemoveInsightPair {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: RemoveInsightPair,
    ) -> Result<InsightPair, Problem> {
        let pair = insight.set_pair(caller, &request.first, &request.second, false)?;
        Ok(pair_row(pair))
    }
}

impl Answer for op::ImportInsightBundle {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: ImportInsightBundle,
    ) -> Result<InsightReceipt, Problem> {
        let accepted = insight.take_bundle(caller, request.content.as_bytes())?;
        Ok(InsightReceipt {
            server_guid: accepted.server.to_string(),
            stored: accepted.count(Outcome::Stored),
            already_stored: accepted.count(Outcome::AlreadyStored),
            refused: accepted.count(Outcome::Refused),
            file_name: format!("receipt-{}.json", accepted.server),
            content: accepted.content,
        })
    }
}

impl Answer for op::GetInsightCapacity {
    fn answer(
        insight: &Insight,
        caller: &Account,
        request: GetInsightCapacity,
    ) -> Result<Rows<InsightCapacity>, Problem> {
        let features = Wildcards::new(&request.feature);
        let mut rows = insight.capacity(caller, request.server_guid.as_deref())?;
        rows.retain(|row| features.matches(&row.feature));
        Ok(rows.into())
    }
}
