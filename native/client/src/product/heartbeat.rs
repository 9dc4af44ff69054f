//! Heartbeats in the background, and the way into grace and back.

use std::sync::{Arc, Weak};
use std::time::Duration;

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::checkout::CheckoutError;
use super::connection::Connection;
use super::lease::{LeaseInfo, LeaseState};
use super::leases::{Beating, Reacquisition};
use super::options::Heartbeats;
use super::taking::Granted;
use super::tickets::lasts;
use crate::problems;

/// Leases in one heartbeat; more are sent in several.
const HEARTBEAT_BATCH: usize = 1000;

/// Tickets that are renewed with one heartbeat; more are renewed with the next.
const RENEWALS: usize = 100;

/// After a heartbeat that failed the next follows this soon, or at the ordinary interval when that is shorter; after
/// each further one twice as late.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Longest pause between attempts to reach the server.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Beats until the connection is gone. `changed` tells that there is a new lease, which may want to be heard of
/// sooner than the present ones.
pub(super) async fn beat(connection: Weak<Connection>, changed: Arc<Notify>) {
    let mut last = Instant::now();
    let mut failures = 0;
    loop {
        let Some(schedule) = connection.upgrade().map(|connection| connection.schedule()) else {
            return;
        };
        let due = schedule.interval.map(|interval| last + pause(interval, failures));
        let due = due.into_iter().chain(schedule.last_chance).min();
        let wake = due.into_iter().chain(schedule.look_at).min();
        if due.is_none() {
            last = Instant::now();
        }
        match wake {
            None => {
                changed.notified().await;
                last = Instant::now();
                continue;
            }
            Some(wake) => tokio::select! {
                () = sleep_until(wake) => {}
                () = changed.notified() => continue,
            },
        }
        let Some(connection) = connection.upgrade() else {
            return;
        };
        connection.leases.end_overdue();
        connection.note_time().await;
        if due.is_some_and(|due| due <= Instant::now()) {
            failures = match connection.heartbeat(connection.patience()).await {
                Ok(_) => 0,
                Err(_) => failures.saturating_add(1),
            };
            last = Instant::now();
        }
    }
}

fn pause(interval: Duration, failures: u32) -> Duration {
    // Three quarters leave room for an answer that takes its time.
    let ordinary = interval * 3 / 4;
    match failures.checked_sub(1) {
        None => ordinary,
        Some(further) => {
            let doubled = AFTER_FAILURE.saturating_mul(1 << further.min(8));
            ordinary.min(doubled.min(LONGEST_PAUSE))
        }
    }
}

impl Connection {
    /// When there is something to do without being asked.
    fn schedule(&self) -> super::leases::Schedule {
        let mut schedule = self.leases.schedule();
        match self.options.heartbeats {
            Heartbeats::Automatic => {}
            Heartbeats::Manual => {
                schedule.interval = None;
                schedule.last_chance = None;
            }
        }
        schedule
    }

    /// How long a heartbeat in the background is tried: it follows again soon, and meanwhile the product is to know that
    /// there was no answer. What may have ended is asked for with all patience.
    fn patience(&self) -> Duration {
        let Self { options, leases, .. } = self;
        match leases.any_overdue() {
            true => options.timeout,
            false => options.attempt_timeout.min(options.timeout),
        }
    }

    async fn note_time(&self) {
        if let Some(tickets) = &self.tickets {
            // What cannot be written down now is tried again soon.
            let _ = tickets.note_time().await;
        }
    }

    /// Keeps the leases alive; returns how many had ended.
    pub(super) async fn heartbeat(self: &Arc<Self>, patience: Duration) -> Result<usize, Problem> {
        let mut ended = self.leases.end_overdue();
        self.note_time().await;
        let beating = self.leases.beating();
        for (at, batch) in beating.chunks(HEARTBEAT_BATCH).enumerate() {
            match self.beat_batch(batch, patience).await {
                Ok(gone) => ended += gone,
                Err(problem) => {
                    let unreachable = problems::is_outage(&problem);
                    self.leases.doubt(&beating[at * HEARTBEAT_BATCH..], unreachable);
                    self.leases.end_unconfirmed();
                    // How often to beat may have changed.
                    self.changed.notify_one();
                    return Err(problem);
                }
            }
        }
        for (number, reacquisition) in self.leases.cut_off() {
            match self.reacquire(number, &reacquisition, patience).await {
                Ok(gone) => ended += usize::from(gone),
                Err(problem) => {
                    self.leases.end_unconfirmed();
                    return Err(problem);
                }
            }
        }
        Ok(ended)
    }

    async fn beat_batch(self: &Arc<Self>, batch: &[Beating], patience: Duration) -> Result<usize, Problem> {
        let wanting = batch.iter().zip(0_u32..).filter(|(lease, _)| lease.wants_ticket);
        let question = Question::Heartbeat(wire::HeartbeatRequest {
            lease_ids: batch.iter().map(|lease| lease.id.clone()).collect(),
            renew_tickets: wanting.map(|(_, at)| at).take(RENEWALS).collect(),
        });
        let reply = self.ask(question, patience).await?;
        let Answer::Heartbeat(reply) = reply.answer else {
            return Err(self.misunderstood("The answer to a heartbeat is of another kind."));
        };
        let at = |position: u32| {
            let lease = usize::try_from(position)
                .ok()
                .and_then(|position| batch.get(position));
            lease.ok_or_else(|| self.misunderstood("The answer speaks of a lease that was not asked about."))
        };
        let mut ended = 0;
        for position in reply.ended {
            let lease = at(position)?;
            if !self.leases.cut(lease.number) {
                ended += usize::from(self.leases.end(lease.number, LeaseState::Ended).is_some());
            }
        }
        self.leases.confirmed(batch, reply.heartbeat_seconds);
        for renewed in reply.tickets {
            self.renew(at(renewed.position)?, renewed.grace_ticket).await;
        }
        Ok(ended)
    }

    /// A ticket that cannot be kept now is asked for again with the next heartbeat, and the old one helps meanwhile.
    async fn renew(&self, lease: &Beating, text: String) {
        if !self.leases.change(lease.number, |_| {}) {
            return;
        }
        if let Ok(Some(found)) = self.keep_ticket(text, None).await {
            self.leases.change(lease.number, |kept| {
                kept.set_ticket(found.until(), lasts(&found.ticket));
            });
        }
    }

    /// Takes the seats of a lease that went on without the server from it again; true when that ended the lease.
    async fn reacquire(
        self: &Arc<Self>,
        number: u64,
        reacquisition: &Reacquisition,
        patience: Duration,
    ) -> Result<bool, Problem> {
        let (place, _) = watch::channel(None);
        let taken = self
            .ask_server(&reacquisition.options, reacquisition.key, patience, &place)
            .await;
        let Granted { lease, proven } = match taken {
            Ok(granted) => granted,
            Err(CheckoutError::Failed(problem)) if problem.code != ErrorCode::LicenseNotGenuine => {
                return Err(problem);
            }
            Err(CheckoutError::Failed(_) | CheckoutError::Denied(_)) => {
                return Ok(self.leases.end(number, LeaseState::Ended).is_some());
            }
        };
        let info = LeaseInfo::read(&lease);
        let id = lease.lease_id.clone();
        let found = self.keep_ticket(lease.grace_ticket, None).await;
        let found = found.ok().flatten();
        let fresh = super::connection::random_key()?;
        let known = self.leases.change(number, |kept| {
            kept.id = Some(id.clone());
            kept.heartbeat_seconds = info.heartbeat_seconds;
            kept.proven = proven;
            kept.lifetime = Duration::from_secs(info.lifetime_seconds.into());
            // The key belongs to this lease from now on.
            kept.reacquisition = Some(Arc::new(Reacquisition {
                options: reacquisition.options.clone(),
                key: fresh,
            }));
            kept.confirm();
            if let Some(found) = &found {
                kept.set_ticket(found.until(), lasts(&found.ticket));
            }
        });
        if !known {
            // Given back meanwhile.
            let request = wire::CheckinRequest {
                lease_id: id,
                ..Default::default()
            };
            self.checkin_by(request).await?;
        }
        Ok(false)
    }
}
