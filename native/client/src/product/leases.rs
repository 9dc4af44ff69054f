//! The leases that a connection keeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tokio::time::Instant;

use super::checkout::CheckoutOptions;
use super::lease::LeaseState;
use super::pin::Proven;
use super::standing::{Standing, Until};

/// How often a lease without the server looks whether that is back.
const LOOK_FOR_SERVER: Duration = Duration::from_secs(60);

/// A grace ticket is renewed when this part of its time has gone: daily for one of 30 days.
const RENEW_AFTER_PART: u32 = 30;

/// A lease as heartbeats see it.
#[derive(Debug)]
pub(super) struct Kept {
    /// How the server knows it; none while only a ticket stands for it.
    pub(super) id: Option<Vec<u8>>,
    pub(super) heartbeat_seconds: u32,
    /// How long the server keeps the seats without a heartbeat; zero where a ticket stands for them.
    pub(super) lifetime: Duration,
    pub(super) standing: watch::Sender<Standing>,
    /// How to check the seats out again, when they were ended for want of heartbeats.
    pub(super) reacquisition: Option<Arc<Reacquisition>>,
    pub(super) ticket: Option<TicketAge>,
    /// Until when signed lines grant the seats; none where nothing is pinned, and where a ticket bounds the time.
    pub(super) proven: Option<Proven>,
}

/// How seats are checked out again after an outage.
#[derive(Debug)]
pub(super) struct Reacquisition {
    pub(super) options: CheckoutOptions,
    /// One key for all attempts, so that a lost answer costs no second seat.
    pub(super) key: [u8; 16],
}

/// When the ticket of a lease came and how long it was to last.
#[derive(Debug, Clone, Copy)]
pub(super) struct TicketAge {
    pub(super) since: Instant,
    pub(super) lasts: Duration,
}

impl TicketAge {
    fn wants_renewal(&self) -> bool {
        self.since.elapsed() >= self.lasts / RENEW_AFTER_PART
    }
}

/// A lease that is due for a heartbeat.
#[derive(Debug, Clone)]
pub(super) struct Beating {
    pub(super) number: u64,
    pub(super) id: Vec<u8>,
    pub(super) wants_ticket: bool,
}

/// When there is something to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    /// How often the leases together want a heartbeat; none while nothing does.
    pub(super) interval: Option<Duration>,
    /// When a ticket may be over.
    pub(super) look_at: Option<Instant>,
    /// When seats that the server has not confirmed may have ended there: it is asked once more.
    pub(super) last_chance: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct Leases {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    last: u64,
    kept: BTreeMap<u64, Kept>,
}

impl Leases {
    /// Keeps a lease; its number from now on.
    pub(super) fn add(&self, kept: Kept) -> u64 {
        let mut table = self.table();
        table.last += 1;
        let number = table.last;
        table.kept.insert(number, kept);
        number
    }

    /// Ends a lease; its id when it was held until now and the server knows it.
    pub(super) fn end(&self, number: u64, state: LeaseState) -> Option<Kept> {
        let kept = self.table().kept.remove(&number)?;
        kept.standing.send_modify(|standing| standing.state = state);
        Some(kept)
    }

    /// The id of a lease.
    pub(super) fn id(&self, number: u64) -> Option<Vec<u8>> {
        self.table().kept.get(&number)?.id.clone()
    }

    /// Ends every lease with this id.
    pub(super) fn end_by_id(&self, id: &[u8], state: LeaseState) {
        let mut table = self.table();
        table.kept.retain(|_, kept| {
            let is_it = kept.id.as_deref() == Some(id);
            if is_it {
                kept.standing.send_modify(|standing| standing.state = state);
            }
            !is_it
        });
    }

    /// Ends what lived by a ticket or by signed lines that are over; how many those were.
    pub(super) fn end_overdue(&self) -> usize {
        let mut table = self.table();
        let before = table.kept.len();
        table.kept.retain(|_, kept| {
            let over = kept.standing.borrow().now() == LeaseState::Ended
                || kept.proven.is_some_and(|proven| proven.is_over());
            if over {
                kept.standing
                    .send_modify(|standing| standing.state = LeaseState::Ended);
            }
            !over
        });
        before - table.kept.len()
    }

    /// Ends what the server could not be asked about until its lifetime was over, and what it did not give again; how many
    /// those were.
    pub(super) fn end_unconfirmed(&self) -> usize {
        let mut table = self.table();
        let before = table.kept.len();
        table.kept.retain(|_, kept| {
            let over = kept.standing.borrow().is_overdue();
            if over {
                kept.standing
                    .send_modify(|standing| standing.state = LeaseState::Ended);
            }
            !over
        });
        before - table.kept.len()
    }

    /// Whether a lease is overdue, so that the server is asked with more patience.
    pub(super) fn any_overdue(&self) -> bool {
        let table = self.table();
        table
            .kept
            .values()
            .any(|kept| kept.standing.borrow().is_overdue())
    }

    /// Whether another lease uses the ticket of these options.
    pub(super) fn share_ticket(&self, options: &CheckoutOptions) -> bool {
        let table = self.table();
        let mut others = table.kept.values().filter_map(|kept| kept.reacquisition.as_ref());
        others.any(|other| {
            let other = &other.options;
            other.feature.eq_ignore_ascii_case(&options.feature)
                && other.user.to_lowercase() == options.user.to_lowercase()
                && other.host.to_lowercase() == options.host.to_lowercase()
                && other.vendor_data.to_lowercase() == options.vendor_data.to_lowercase()
        })
    }

    /// Leases that want a heartbeat.
    pub(super) fn beating(&self) -> Vec<Beating> {
        let table = self.table();
        let beating = table.kept.iter().filter_map(|(number, kept)| {
            let id = kept.id.clone().filter(|_| !kept.standing.borrow().borrowed)?;
            Some(Beating {
                number: *number,
                id,
                wants_ticket: kept.ticket.is_some_and(|ticket| ticket.wants_renewal()),
            })
        });
        beating.collect()
    }

    /// Leases that the server does not know of, with how to take their seats.
    pub(super) fn cut_off(&self) -> Vec<(u64, Arc<Reacquisition>)> {
        let table = self.table();
        let cut_off = table.kept.iter().filter(|(_, kept)| kept.id.is_none());
        cut_off
            .filter_map(|(number, kept)| Some((*number, Arc::clone(kept.reacquisition.as_ref()?))))
            .collect()
    }

    /// The server did not confirm these leases. Where it could not be reached, those with a ticket go on by it; all others
    /// are unconfirmed.
    pub(super) fn doubt(&self, leases: &[Beating], unreachable: bool) {
        self.each(leases, |kept| {
            kept.standing.send_if_modified(|standing| {
                let before = standing.state;
                standing.doubt();
                if unreachable && standing.state == LeaseState::Unconfirmed && standing.until.is_some() {
                    standing.state = LeaseState::Grace;
                }
                before != standing.state
            });
        });
    }

    /// The server still has these leases and wants a heartbeat this often; 0 to leave that as it is.
    pub(super) fn confirmed(&self, leases: &[Beating], heartbeat_seconds: u32) {
        self.each(leases, |kept| {
            if heartbeat_seconds != 0 {
                kept.heartbeat_seconds = heartbeat_seconds;
            }
            // What was cut waits for its seats to be checked out again.
            if kept.id.is_some() {
                kept.confirm();
            }
        });
    }

    /// The server ended a lease that it had not heard of for its lifetime, or that went on by a ticket: its seats are to be
    /// checked out again. False when it was heard of, so that somebody ended it.
    pub(super) fn cut(&self, number: u64) -> bool {
        let mut table = self.table();
        let Some(kept) = table.kept.get_mut(&number) else {
            return false;
        };
        let standing = *kept.standing.borrow();
        let goes_on =
            kept.reacquisition.is_some() && (standing.now() == LeaseState::Grace || standing.is_overdue());
        if goes_on {
            kept.id = None;
            kept.standing.send_modify(Standing::doubt);
        }
        goes_on
    }

    /// Changes one lease; false when it has ended meanwhile.
    pub(super) fn change(&self, number: u64, change: impl FnOnce(&mut Kept)) -> bool {
        match self.table().kept.get_mut(&number) {
            Some(kept) => {
                change(kept);
                true
            }
            None => false,
        }
    }

    pub(super) fn schedule(&self) -> Schedule {
        let table = self.table();
        let mut schedule = Schedule {
            interval: None,
            look_at: None,
            last_chance: None,
        };
        for kept in table.kept.values() {
            let standing = *kept.standing.borrow();
            if !standing.borrowed {
                let own = if kept.id.is_some() {
                    Duration::from_secs(kept.heartbeat_seconds.max(1).into())
                } else {
                    LOOK_FOR_SERVER
                };
                schedule.interval = Some(schedule.interval.map_or(own, |shortest| shortest.min(own)));
            }
            if standing.state == LeaseState::Unconfirmed
                && let Some(kept_until) = standing.kept
            {
                let at = kept_until.look_at();
                schedule.last_chance = Some(schedule.last_chance.map_or(at, |first| first.min(at)));
            }
            if let Some(look_at) = standing.by_ticket().map(|until| until.look_at()) {
                schedule.look_at = Some(schedule.look_at.map_or(look_at, |first| first.min(look_at)));
            }
        }
        schedule
    }

    fn each(&self, leases: &[Beating], change: impl Fn(&mut Kept)) {
        let mut table = self.table();
        for lease in leases {
            if let Some(kept) = table.kept.get_mut(&lease.number) {
                change(kept);
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Every holder of this lock leaves the table whole at each step.
        self.table.lock()
    }
}

impl Kept {
    /// The server has the seats, as of now.
    pub(super) fn confirm(&mut self) {
        let lifetime = self.lifetime;
        self.standing.send_if_modified(|standing| {
            let at = Timestamp::now()
                .saturating_add(lifetime)
                .unwrap_or(Timestamp::MAX);
            standing.kept = (!lifetime.is_zero()).then(|| Until::new(at, lifetime));
            standing.unconfirmed_since = None;
            let back = matches!(standing.state, LeaseState::Grace | LeaseState::Unconfirmed);
            if back {
                standing.state = LeaseState::Held;
            }
            back
        });
    }

    /// Notes the ticket that came for the lease.
    pub(super) fn set_ticket(&mut self, until: Until, lasts: Duration) {
        self.ticket = Some(TicketAge {
            since: Instant::now(),
            lasts,
        });
        self.standing.send_modify(|standing| standing.until = Some(until));
    }
}
