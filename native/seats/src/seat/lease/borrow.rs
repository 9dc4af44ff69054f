//! Borrowed seats (BORROW): they stay out without heartbeats until a day that was agreed on.

use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use licensing_api::denial::DenialReason;

use crate::Moment;
use crate::policy::Identity;

use crate::seat::choice::Nearness;
use crate::seat::lease::{Held, LeaseTerm};
use crate::seat::ledger::{Ledger, timestamp};
use crate::seat::{CheckoutRequest, Denial};

const HOUR_SECONDS: u64 = 60 * 60;

impl Ledger {
    /// Whether the seats of a request that wants to borrow may leave a pool for that long. Only bought seats can be
    /// borrowed, and only as many as the pool still has when the last of them is due back.
    pub(in crate::seat) fn lends(
        &self,
        index: u32,
        request: &CheckoutRequest,
        identity: Option<&Identity<'_>>,
        now: Moment,
    ) -> Result<(), (Nearness, Denial)> {
        if request.borrow_seconds == 0 {
            return Ok(());
        }
        let state = &self.pools[index];
        let pool = &state.pool.identity;
        let name = format_args!("{} {}", pool.feature, pool.version);
        let no = |nearness, reason, detail: String| Err((nearness, Denial::new(reason, detail)));
        if pool.suite.as_ref().is_some_and(|suite| suite.reserved) {
            let detail = format!("{name} is a component of a suite whose seats stay together.");
            return no(
                Nearness::NotBorrowable,
                DenialReason::ComponentNotBorrowable,
                detail,
            );
        }
        let cannot = |detail: String| no(Nearness::NotBorrowable, DenialReason::NotBorrowable, detail);
        let too_long = |detail: String| no(Nearness::BorrowTooLong, DenialReason::BorrowTooLong, detail);
        if state.book.is_some() {
            return cannot(format!("Seats of {name} are assigned; they cannot be borrowed."));
        }
        let Some(licensed) = pool.borrow_hours() else {
            return cannot(format!("{name} cannot be borrowed."));
        };
        let rules = state.rules.as_ref();
        if let Some(Err(refusal)) = rules.zip(identity).map(|(rules, who)| rules.admit_borrowing(who)) {
            return no(Nearness::Refused, refusal.reason(), format!("{name}: {refusal}."));
        }
        let hours = rules.map_or(licensed, |rules| rules.borrow_hours(licensed));
        if request.borrow_seconds > u64::from(hours) * HOUR_SECONDS {
            return too_long(format!("{name} can be borrowed for {hours} hours at most."));
        }
        let last_day = self
            .settings
            .zone
            .to_datetime(borrowed_until(request, now))
            .date();
        self.lends_seats(index, request, last_day, now)?;
        match state.suite.package {
            Some(package) if self.pools[package].book.is_none() => {
                self.lends_seats(package, request, last_day, now)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a pool has seats to lend until that day: its own ones, or those of the package of a component.
    fn lends_seats(
        &self,
        index: u32,
        request: &CheckoutRequest,
        last_day: Date,
        now: Moment,
    ) -> Result<(), (Nearness, Denial)> {
        let state = &self.pools[index];
        let pool = &state.pool.identity;
        let name = format_args!("{} {}", pool.feature, pool.version);
        let no = |nearness, reason, detail: String| Err((nearness, Denial::new(reason, detail)));
        let cannot = |detail: String| no(Nearness::NotBorrowable, DenialReason::NotBorrowable, detail);
        let too_long = |detail: String| no(Nearness::BorrowTooLong, DenialReason::BorrowTooLong, detail);
        let left = state.pool.capacity(last_day.max(now.today));
        if left.is_none() {
            let end = state.pool.last_expiry(now.today);
            let end = end.map_or_else(String::new, |day| format!(" after {day}"));
            return too_long(format!("{name} has no seats{end}."));
        }
        let Some((now_bought, then_bought)) = state.capacity.count.zip(left.count) else {
            return Ok(());
        };
        let further = state
            .borrowed
            .further(self.shares(index, &request.holder), request.count);
        let borrowed = state.borrowed.seats().saturating_add(u64::from(further));
        let low_water = state.rules.as_ref().map_or(0, |rules| rules.borrow_low_water());
        if borrowed.saturating_add(u64::from(low_water)) > u64::from(now_bought) {
            return cannot(format!(
                "{} of {now_bought} seats of {name} are borrowed, {low_water} must not be.",
                state.borrowed.seats()
            ));
        }
        if borrowed > u64::from(then_bought) {
            return too_long(format!(
                "{name} has {then_bought} seats left on {last_day}, {} are borrowed.",
                state.borrowed.seats()
            ));
        }
        Ok(())
    }

    /// Counts the seats of a lease as borrowed no more: they come back.
    pub(in crate::seat) fn end_borrowing(&mut self, held: &Held) {
        if held.is_borrowed() {
            let group = self.shares(held.pool, &held.holder());
            self.pools[held.pool].borrowed.remove(group, held.count);
            self.end_borrowing_of_package(held);
        }
    }
}

impl CheckoutRequest {
    /// Until when its seats are held.
    pub(in crate::seat) fn term(&self, now: Moment) -> LeaseTerm {
        match self.borrow_seconds {
            0 => LeaseTerm::Heartbeats,
            _ => LeaseTerm::Borrowed {
                until_ms: borrowed_until(self, now).as_millisecond(),
            },
        }
    }
}

impl LeaseTerm {
    /// When borrowed seats come back by themselves; none unless they are borrowed.
    pub(in crate::seat) fn borrowed_until(self) -> Option<Timestamp> {
        match self {
            Self::Heartbeats | Self::Lingering { .. } => None,
            Self::Borrowed { until_ms } => Some(timestamp(until_ms)),
        }
    }
}

fn borrowed_until(request: &CheckoutRequest, now: Moment) -> Timestamp {
    let time = Duration::from_secs(request.borrow_seconds);
    now.trusted.saturating_add(time).unwrap_or(Timestamp::MAX)
}
