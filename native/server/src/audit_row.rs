//! Audit records as administrators see them.

use licensing_api::audit::{AuditRow, GetAudit, USUAL_RECORDS};
use licensing_api::{ErrorCode, Problem};
use licensing_seats::audit::{AuditField, AuditKind, AuditRecord};
use licensing_seats::wildcard::Wildcards;
use licensing_store::journal::AuditFilter;

/// Vendor under which the audit of accounts and settings is listed; no vendor daemon has this name.
pub(crate) const SERVER: &str = "server";

/// Most records of each vendor.
const MOST: u32 = 100_000;

/// The filter of a request.
///
/// # Errors
/// `InvalidFilter` for a number that is not allowed, `InvalidStartDateOrEndDate` for a period that ends before it begins.
pub(crate) fn filter(request: &GetAudit) -> Result<AuditFilter, Problem> {
    let most = request.newest.unwrap_or(USUAL_RECORDS);
    if !(1..=MOST).contains(&most) {
        let detail = format!("newest must be between 1 and {MOST}.");
        return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("newest"));
    }
    if let (Some(since), Some(until)) = (request.since, request.until)
        && since > until
    {
        let detail = format!("The period begins at {since} and ends at {until}.");
        return Err(Problem::new(ErrorCode::InvalidStartDateOrEndDate, detail).about("since"));
    }
    let events = Wildcards::new(&request.event);
    let fields = [
        (AuditField::Feature, Wildcards::new(&request.feature)),
        (AuditField::User, Wildcards::new(&request.user)),
        (AuditField::Actor, Wildcards::new(&request.actor)),
    ];
    Ok(AuditFilter {
        since: request.since,
        until: request.until,
        most: most as usize,
        wanted: Box::new(move |record| {
            events.matches(&event(record))
                && fields
                    .iter()
                    .all(|(field, names)| names.matches(record.text(*field).unwrap_or_default()))
        }),
    })
}

fn event(record: &AuditRecord) -> String {
    match AuditKind::from_number(record.kind) {
        Some(kind) => format!("{kind:?}"),
        None => format!("Kind{}", record.kind),
    }
}

/// The row of a record. Request keys are secret while a lease lives, and are never shown.
pub(crate) fn row(record: &AuditRecord, vendor: &str) -> AuditRow {
    let text = |field| record.text(field).unwrap_or_default().to_owned();
    let count = [
        AuditField::Count,
        AuditField::Leases,
        AuditField::Pools,
        AuditField::Seconds,
    ];
    AuditRow {
        at: record.at,
        event: event(record),
        feature: text(AuditField::Feature),
        version: text(AuditField::Version),
        user: text(AuditField::User),
        host: text(AuditField::Host),
        product: text(AuditField::Product),
        count: count.iter().find_map(|field| record.number(*field)),
        reason: record.number(AuditField::Reason),
        lease: record
            .bytes(AuditField::Lease)
            .map(hex::encode)
            .unwrap_or_default(),
        actor: text(AuditField::Actor),
        origin: text(AuditField::Origin),
        operation: text(AuditField::Operation),
        target: text(AuditField::Target),
        detail: text(AuditField::Detail),
        vendor: vendor.to_owned(),
        sequence: record.sequence,
    }
}
