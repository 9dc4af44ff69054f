//! What the writer does while nothing can be made durable.

use licensing_seats::Moment;
use licensing_seats::audit::{AuditEntry, AuditKind};
use tracing::{error, info, warn};

use crate::StoreError;
use crate::journal::{Batch, PendingDenials};

use super::ServiceState;
use super::command::{Command, Reply};
use super::writer::Writer;

impl Writer {
    /// While nothing can be made durable, nothing is changed; a tick tries whether it can.
    pub(super) fn refuse(&mut self, waiting: &mut Vec<Command>, error: &StoreError) -> Option<Reply<()>> {
        let mut stop = None;
        let mut tick = false;
        for command in waiting.drain(..) {
            match command {
                Command::Limit { bytes, reply } => drop(reply.send(self.journal.limit(bytes))),
                Command::Burst { terms, reply } => {
                    self.terms.settings.burst = terms;
                    self.shared.lock().ledger.set_burst(terms);
                    drop(reply.send(Ok(())));
                }
                Command::Shutdown { reply } => stop = Some(reply),
                Command::Tick => tick = true,
                // What could be written is on the disk.
                Command::Flush { reply } => drop(reply.send(Ok(()))),
                change @ (Command::Checkout { .. }
                | Command::Checkin { .. }
                | Command::Revoke { .. }
                | Command::Replace { .. }
                | Command::Seal { .. }
                | Command::RemoveSegment { .. }) => change.fail(error),
            }
        }
        if tick && !error.is_fatal() {
            self.probe();
        }
        stop
    }

    /// Tries to write; when that works, it serves again.
    fn probe(&mut self) {
        let (now, stamp) = self.shared.stamp();
        let batch = Batch::event(AuditEntry::new(AuditKind::StorageRecovered));
        let room = self.journal.make_room();
        match room.and_then(|()| self.journal.commit(&batch, stamp)) {
            Ok(()) => {
                info!("the storage takes changes again");
                self.state.send_replace(ServiceState::Serving);
            }
            Err(error) if error.is_fatal() => self.fall_back(&error, now),
            Err(_) => {}
        }
    }

    /// After a failed commit: reads again what is on the disk, or gives up.
    pub(super) fn fall_back(&mut self, error: &StoreError, now: Moment) {
        let reloaded = if error.is_fatal() {
            Err(error.clone())
        } else {
            self.journal.load(&self.terms, now)
        };
        match reloaded {
            Ok(ledger) => {
                self.callers.fail(error);
                self.denials = PendingDenials::default();
                warn!(%error, "the storage takes no changes; checkouts and checkins are refused until it does");
                self.shared.lock().ledger = ledger;
                self.state.send_replace(ServiceState::Degraded {
                    error: error.clone(),
                    since: now.wall,
                });
            }
            Err(error) => {
                error!(%error, "the seat service cannot go on");
                self.callers.fail(&error);
                self.state.send_replace(ServiceState::Failed { error });
            }
        }
    }
}
