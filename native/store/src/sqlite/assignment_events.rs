//! What the audit tells of assigned seats.

use std::path::Path;

use licensing_api::assignment::{AssignmentEventKind, AssignmentEventRow};
use licensing_license_file::feature_code::SeatUnit;
use licensing_seats::audit::{AuditField, AuditKind, AuditRecord};

use crate::StoreError;
use crate::journal::EventFilter;

use super::connection;

/// The kind stands behind form, sequence number and instant.
const NEWEST: &str =
    "SELECT sequence, body FROM audit WHERE substr(body, 18, 2) IN (?1, ?2) ORDER BY sequence DESC";

/// The newest events that fit, oldest first, read beside whoever writes.
///
/// # Errors
/// When the file cannot be read, or holds a record that is none.
pub(crate) fn newest(
    path: &Path,
    vendor: &str,
    filter: &EventFilter,
) -> Result<Vec<AssignmentEventRow>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(path, &error);
    let connection = connection::open_to_read(path).map_err(failed)?;
    let mut statement = connection.prepare(NEWEST).map_err(failed)?;
    let kinds = [AuditKind::PairAdded, AuditKind::PairReleased].map(|kind| kind.number().to_be_bytes());
    let mut rows = statement.query((kinds[0], kinds[1])).map_err(failed)?;
    let mut events = Vec::new();
    while events.len() < filter.most
        && let Some(row) = rows.next().map_err(failed)?
    {
        let sequence: i64 = row.get(0).map_err(failed)?;
        let body: Vec<u8> = row.get(1).map_err(failed)?;
        let event = AuditRecord::decode(&body)
            .and_then(|record| event(&record, vendor))
            .ok_or_else(|| StoreError::damaged(path, format!("audit record {sequence} was changed")))?;
        let is_wanted = filter.feature.matches(&event.feature)
            && filter.since.is_none_or(|since| event.at >= since)
            && filter.until.is_none_or(|until| event.at <= until);
        if is_wanted {
            events.push(event);
        }
    }
    events.reverse();
    Ok(events)
}

fn event(record: &AuditRecord, vendor: &str) -> Option<AssignmentEventRow> {
    let text = |field| record.text(field).unwrap_or_default().to_owned();
    let event = if record.kind == AuditKind::PairAdded.number() {
        AssignmentEventKind::Assigned
    } else if record.kind == AuditKind::PairReleased.number() {
        AssignmentEventKind::Released
    } else {
        return None;
    };
    let feature = text(AuditField::Feature);
    // Where one side alone counts, its name stands in the place of both.
    let (user, device) = match SeatUnit::of(&feature) {
        SeatUnit::User => (text(AuditField::User), String::new()),
        SeatUnit::Device => (String::new(), text(AuditField::VendorData)),
        SeatUnit::UserOrDevice | SeatUnit::Session | SeatUnit::Server => {
            (text(AuditField::User), text(AuditField::VendorData))
        }
    };
    Some(AssignmentEventRow {
        at: record.at,
        event,
        feature,
        version: text(AuditField::Version),
        user,
        device,
        vendor: vendor.to_owned(),
    })
}
