//! What the debug log says of a change.

use licensing_texts::debug_log::{Holder as LoggedHolder, InReason, SeatEvent};

use crate::seat::{Change, CloseReason, Holder, LeaseRecord};

impl Change {
    /// Its line in the debug log; none for what is neither a seat that goes out or comes back nor a request for one.
    ///
    /// A seat that lingers is still out: it comes in when it has lingered.
    pub fn logged(&self) -> Option<SeatEvent<'_>> {
        match self {
            Self::Opened { record, pool, .. } => Some(SeatEvent::Out(of_lease(record, &pool.feature))),
            Self::Closed(closed) => {
                let reason = match closed.reason {
                    CloseReason::CheckedIn | CloseReason::Revoked | CloseReason::BorrowEnded => None,
                    CloseReason::Expired => Some(InReason::Inactive),
                };
                Some(SeatEvent::In(
                    of_lease(&closed.record, &closed.pool.feature),
                    reason,
                ))
            }
            Self::Denied(denied) => Some(SeatEvent::Denied {
                holder: logged(&denied.holder, &denied.feature, denied.count),
                reason: denied.denial.reason,
                system: None,
            }),
            Self::Queued(queued) => {
                let holder = logged(&queued.holder, &queued.feature, queued.count);
                Some(SeatEvent::Queued(holder))
            }
            Self::GrantedLater(_)
            | Self::Lingers { .. }
            | Self::Used { .. }
            | Self::Released { .. }
            | Self::BurstStarted { .. }
            | Self::BurstEnded(_) => None,
        }
    }
}

fn of_lease<'a>(record: &'a LeaseRecord, feature: &'a str) -> LoggedHolder<'a> {
    logged(&record.holder, feature, record.count)
}

fn logged<'a>(holder: &'a Holder, feature: &'a str, count: u32) -> LoggedHolder<'a> {
    LoggedHolder {
        feature,
        user: &holder.user,
        host: &holder.host,
        data: &holder.vendor_data,
        count,
    }
}
