//! Callers that wait for their turn.

use std::collections::HashMap;

use jiff::Timestamp;
use licensing_seats::seat::{Decision, Place, RequestKey};
use tokio::sync::oneshot;

use crate::StoreError;

pub(super) type TurnSender = oneshot::Sender<Result<Decided, StoreError>>;

/// What became of a checkout.
#[derive(Debug)]
pub enum CheckoutOutcome {
    /// It is decided.
    Decided(Decided),
    /// It waits in the queue.
    Waits(Waiting),
}

/// A decision, and the time of the trusted clock at which it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// When, on the trusted clock: tickets count from then.
    pub at: Timestamp,
}

/// A request that waits. When this is dropped, the product counts as gone: the place is kept for a while.
#[derive(Debug)]
pub struct Waiting {
    pub(super) place: Place,
    pub(super) turn: oneshot::Receiver<Result<Decided, StoreError>>,
}

impl Waiting {
    /// Where it stood when it was entered.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Waits for the turn. May be called again when it was not waited for to the end. What comes may be
    /// [`Decision::Queued`]: another call with the same key waits in its place now.
    ///
    /// # Errors
    /// When the service ends or nothing can be made durable: then the place is lost, and the request may be repeated
    /// with the same key.
    pub async fn turn(&mut self) -> Result<Decided, StoreError> {
        (&mut self.turn).await.unwrap_or(Err(StoreError::Stopping))
    }
}

/// Those who are answered when their turn has come.
#[derive(Debug, Default)]
pub(super) struct Callers(HashMap<RequestKey, TurnSender>);

impl Callers {
    /// A caller waits; the one who waited with this key before is answered so.
    pub(super) fn enter(&mut self, key: RequestKey, turn: TurnSender, place: Place, at: Timestamp) {
        if let Some(earlier) = self.0.insert(key, turn) {
            // One that is gone needs no answer.
            let _ = earlier.send(Ok(Decided {
                decision: Decision::Queued(place),
                at,
            }));
        }
    }

    /// Who is to be answered; none when they are gone.
    pub(super) fn take(&mut self, key: &RequestKey) -> Option<TurnSender> {
        self.0.remove(key).filter(|turn| !turn.is_closed())
    }

    /// Whether somebody waits with this key.
    pub(super) fn is_there(&self, key: &RequestKey) -> bool {
        self.0.get(key).is_some_and(|turn| !turn.is_closed())
    }

    /// Takes out who is gone.
    pub(super) fn take_gone(&mut self) -> Vec<RequestKey> {
        self.0
            .extract_if(|_, turn| turn.is_closed())
            .map(|(key, _)| key)
            .collect()
    }

    /// The queue is lost.
    pub(super) fn fail(&mut self, error: &StoreError) {
        for (_, turn) in self.0.drain() {
            let _ = turn.send(Err(error.clone()));
        }
    }
}
