//! What the audit tells of assigned seats.

use std::ops::ControlFlow;
use std::path::Path;

use licensing_api::assignment::{AssignmentEventKind, AssignmentEventRow};
use licensing_license_file::feature_code::SeatUnit;
use licensing_seats::audit::{AuditField, AuditKind, AuditRecord};

use crate::StoreError;
use crate::journal::EventFilter;

use super::audit_walk::Audit;

/// The newest events that fit, oldest first, read beside whoever writes.
///
/// # Errors
/// When the audit cannot be read, or holds a record that is none.
pub(crate) fn newest(
    path: &Path,
    vendor: &str,
    filter: &EventFilter,
) -> Result<Vec<AssignmentEventRow>, StoreError> {
    let mut events = Vec::new();
    if filter.most == 0 {
        return Ok(events);
    }
    Audit::open(path)?.newest_first(filter.since, filter.until, |record| {
        let wanted = event(record, vendor).filter(|event| {
            filter.feature.matches(&event.feature)
                && filter.since.is_none_or(|since| event.at >= since)
                && filter.until.is_none_or(|until| event.at <= until)
        });
        events.extend(wanted);
        match events.len() < filter.most {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
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
