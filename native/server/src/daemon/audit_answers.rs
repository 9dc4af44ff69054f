//! What a vendor daemon answers about its audit.

use licensing_api::audit::{AuditCheck, AuditRow, GetAudit, TestAudit};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};

use super::answers::Answer;
use super::manager_requests::ManagerRequests;
use crate::audit_row::{filter, row};

impl Answer for op::GetAudit {
    async fn answer(daemon: &ManagerRequests, request: GetAudit, _: &str) -> Result<Rows<AuditRow>, Problem> {
        let records = daemon.seats.audit(filter(&request)?).await;
        let records = records.map_err(|error| error.problem())?;
        let rows: Vec<_> = records.iter().map(|record| row(record, &daemon.vendor)).collect();
        Ok(rows.into())
    }
}

impl Answer for op::TestAudit {
    async fn answer(daemon: &ManagerRequests, _: TestAudit, _: &str) -> Result<Rows<AuditCheck>, Problem> {
        let vendor = daemon.vendor.clone();
        let check = match daemon.audit.look().await {
            Ok(report) => AuditCheck {
                vendor,
                whole: true,
                records: report.records,
                segments: report.segments,
                removed: report.removed,
                detail: String::new(),
            },
            Err(problem) if problem.code == ErrorCode::StorageDamaged => AuditCheck {
                vendor,
                whole: false,
                records: 0,
                segments: 0,
                removed: 0,
                detail: problem.detail,
            },
            Err(problem) => return Err(problem),
        };
        Ok(vec![check].into())
    }
}
