//! Seats that an administrator takes back.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use licensing_api::usage::{GetUsage, RevokeLeases, UsageRow};

use crate::Moment;

use crate::seat::assignment::{Assigned, SeatNames};
use crate::seat::ledger::Ledger;
use crate::seat::view::assignment_row;
use crate::seat::{Change, CloseReason, UsageFilter};

/// A compiled [`RevokeLeases`].
#[derive(Debug, Clone)]
pub struct RevokeFilter {
    /// Lease ids as [`UsageRow`] shows them; none for all that fit otherwise.
    ids: Option<HashSet<String>>,
    usage: UsageFilter,
    /// The request in words.
    text: String,
}

impl RevokeFilter {
    /// Compiles a request; none when it names nothing, which must not mean everything.
    pub fn new(request: &RevokeLeases) -> Option<Self> {
        let ids = &request.lease_ids;
        let named = [&request.feature, &request.user, &request.device];
        if ids.is_empty() && named.iter().all(|name| name.is_empty()) {
            return None;
        }
        Some(Self {
            ids: (!ids.is_empty()).then(|| ids.iter().map(|id| id.to_ascii_lowercase()).collect()),
            usage: UsageFilter::new(&GetUsage {
                feature: request.feature.clone(),
                user: request.user.clone(),
                device: request.device.clone(),
                vendor: request.vendor.clone(),
                ..GetUsage::default()
            }),
            text: text(request),
        })
    }

    fn names(&self, id: &str) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }
}

impl fmt::Display for RevokeFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Names are cut: the audit keeps them for ever.
fn text(request: &RevokeLeases) -> String {
    let mut parts = Vec::new();
    if !request.lease_ids.is_empty() {
        parts.push(format!("{} lease ids", request.lease_ids.len()));
    }
    for (what, name) in [
        ("feature", &request.feature),
        ("user", &request.user),
        ("device", &request.device),
        ("vendor", &request.vendor),
    ] {
        if !name.is_empty() {
            let name: String = name.to_string().chars().take(64).collect();
            parts.push(format!("{what} {name}"));
        }
    }
    parts.join(", ")
}

impl Ledger {
    /// Takes back all seats that fit, and gives them as they were. An assigned seat ends with the sessions on it, and
    /// is assigned again at the next use.
    ///
    /// A borrowed seat is used offline until its time is over whatever the server says, so given to somebody else it
    /// would be used twice: it is taken back only when its id names it, never by what it is of.
    pub fn revoke(&mut self, filter: &RevokeFilter, now: Moment) -> Vec<UsageRow> {
        self.observe(now);
        let mut revoked = Vec::new();
        for slot in self.leases.slots() {
            let row = self
                .leases
                .get(slot)
                .filter(|held| match &filter.ids {
                    None => !held.is_borrowed(),
                    Some(_) => filter.names(&hex::encode(held.id.public())),
                })
                .and_then(|held| self.usage_row(held, &filter.usage, now));
            if let Some(row) = row {
                self.close(slot, CloseReason::Revoked, now);
                revoked.push(row);
            }
        }
        for pool in self.pools.positions() {
            self.revoke_assignments(pool, filter, now, &mut revoked);
        }
        revoked
    }

    fn revoke_assignments(
        &mut self,
        pool: u32,
        filter: &RevokeFilter,
        now: Moment,
        revoked: &mut Vec<UsageRow>,
    ) {
        let state = &self.pools[pool];
        let assigned = state
            .book
            .iter()
            .flat_map(|book| book.assigned(now.trusted.as_millisecond()));
        let chosen: Vec<(Assigned, UsageRow)> = assigned
            .map(|one| {
                let row = assignment_row(state, &one);
                (one, row)
            })
            .filter(|(one, row)| {
                filter.names(&row.lease_id) && filter.usage.fits_assigned(&state.pool.identity, one)
            })
            .collect();
        if chosen.is_empty() {
            return;
        }
        let mut seats = SeatNames::default();
        for (one, row) in chosen {
            seats.insert(one.to_user, one.name);
            revoked.push(row);
        }
        self.end_sessions(pool, &seats, now);
        self.queue.freed(pool);
        let state = &mut self.pools[pool];
        let pairs = state
            .book
            .as_mut()
            .map_or_else(Vec::new, |book| book.release(&seats));
        for pair in pairs {
            self.changes.push(Change::Released {
                reason: seats.reason(&pair.record),
                record: pair.record,
                before: pair.before,
                pool: Arc::clone(&state.pool.identity),
            });
        }
        self.pools.note_level(pool);
    }

    /// Ends the leases on assigned seats.
    fn end_sessions(&mut self, pool: u32, seats: &SeatNames, now: Moment) {
        for slot in self.leases.slots() {
            let on_one = self
                .leases
                .get(slot)
                .filter(|held| held.pool == pool || self.pools[held.pool].suite.package == Some(pool))
                .is_some_and(|held| {
                    let (user, device) = self.compared(&held.holder());
                    let book = self.pools[pool].book.as_ref();
                    book.is_some_and(|book| book.is_on(seats, &user, &device))
                });
            if on_one {
                self.close(slot, CloseReason::Revoked, now);
            }
        }
    }
}
