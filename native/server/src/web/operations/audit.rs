//! The audit of the vendor daemons and of the server itself.

use licensing_api::audit::{AuditCheck, AuditRow, GetAudit, TestAudit};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_seats::wildcard::Wildcards;

use crate::audit_row::{SERVER, filter, row};
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetAudit {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetAudit,
    ) -> Result<Rows<AuditRow>, Problem> {
        let own = filter(&request)?;
        let mut rows = services
            .ask_daemons::<Self, AuditRow>(&request.vendor, &request, call)
            .await?;
        if Wildcards::new(&request.vendor).matches(SERVER) {
            let records = services.accounts.records(own).await?;
            rows.items
                .extend(records.iter().map(|record| row(record, SERVER)));
        }
        rows.items.sort_by(|one, other| {
            (one.at, &one.vendor, one.sequence).cmp(&(other.at, &other.vendor, other.sequence))
        });
        Ok(rows)
    }
}

impl Handler for op::TestAudit {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: TestAudit,
    ) -> Result<Rows<AuditCheck>, Problem> {
        let mut rows = services
            .ask_daemons::<Self, AuditCheck>(&request.vendor, &request, call)
            .await?;
        if Wildcards::new(&request.vendor).matches(SERVER) {
            let verified = services.accounts.verify_record().await;
            rows.items.push(match verified {
                Ok(records) => check(true, records, String::new()),
                Err(problem) if problem.code == ErrorCode::StorageDamaged => check(false, 0, problem.detail),
                Err(problem) => return Err(problem),
            });
        }
        // Where nothing was verified, an empty answer would pass for an audit that is whole.
        if rows.items.is_empty() && rows.problems.is_empty() {
            let detail = "No vendor of this server fits the filter, nor does the name server.";
            return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("vendor"));
        }
        Ok(rows)
    }
}

fn check(whole: bool, records: u64, detail: String) -> AuditCheck {
    AuditCheck {
        vendor: SERVER.to_owned(),
        whole,
        records,
        segments: 0,
        removed: 0,
        detail,
    }
}
