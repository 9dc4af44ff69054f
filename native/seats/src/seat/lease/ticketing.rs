//! What a ticket may say about seats that are held.

use jiff::civil::Date;
use licensing_api::inventory::PoolStatus;

use crate::Moment;
use crate::pool::Pool;
use licensing_license_file::license_file::{LicenseVersion, VendorString};
use licensing_ticket::{GRACE_HOURS, TicketHolder};

use crate::seat::ledger::Ledger;

use super::{Held, LeaseId};

/// What a ticket may say about a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketTerms {
    /// Feature as the license file spells it.
    pub feature: String,
    /// Version of the pool the seats came from.
    pub version: LicenseVersion,
    /// Seats.
    pub count: u32,
    /// Who holds them: whoever took them, not who repeats the request.
    pub holder: TicketHolder,
    /// Hours of grace from the last contact (GP of the vendor string); 0 when the license allows none, and
    /// for borrowed seats, which would be used beyond the time they were borrowed for.
    pub grace_hours: u32,
    /// Last day on which the pool has seats; none when that never ends.
    pub license_expires: Option<Date>,
}

impl Ledger {
    /// What a ticket may say about a lease; none unless it is held and its pool gives out seats at the moment: what
    /// the server would refuse now is not to be had offline either.
    pub fn ticket_terms(&self, id: &LeaseId, now: Moment) -> Option<TicketTerms> {
        let held = self.leases.get(self.leases.slot_of(id)?)?;
        self.ticket_of(held, now.today)
    }

    pub(in crate::seat) fn ticket_of(&self, held: &Held, today: Date) -> Option<TicketTerms> {
        let state = &self.pools[held.pool];
        if held.is_checked_in() || !state.installed || state.pool.status(today) != PoolStatus::Serving {
            return None;
        }
        let [user, host, display, vendor_data, _] = held.names().map(str::to_owned);
        Some(TicketTerms {
            feature: state.pool.identity.feature.clone(),
            version: state.pool.identity.version.clone(),
            count: held.count,
            holder: TicketHolder {
                user,
                host,
                display,
                vendor_data,
            },
            grace_hours: match held.is_borrowed() {
                true => 0,
                false => grace_hours(&state.pool, today),
            },
            license_expires: state.pool.last_expiry(today),
        })
    }
}

/// The shortest grace of the increments that serve: nobody can tell which of them a seat came from.
fn grace_hours(pool: &Pool, today: Date) -> u32 {
    pool.increments
        .iter()
        .filter(|increment| increment.status(today) == PoolStatus::Serving)
        .map(|increment| {
            let said = increment.vendor_string.as_deref().map(VendorString::parse);
            let said = said.and_then(|vendor_string| vendor_string.grace_hours());
            said.unwrap_or(GRACE_HOURS).min(GRACE_HOURS)
        })
        .min()
        .unwrap_or(0)
}
