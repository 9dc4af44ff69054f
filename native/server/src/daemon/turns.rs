//! Products that wait for their turn in the queue.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use licensing_api::{ErrorCode, Problem};
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_seats::seat::{Decision, Place, RequestKey};
use licensing_store::{CheckoutOutcome, Decided, Waiting};
use tokio::time::sleep;

use super::products::{self, Products, Wants};
use super::validation;
use crate::product_access::Caller;

/// For how long a call is held open; then it is answered `Queued` and the product asks again.
const HELD_OPEN: Duration = Duration::from_secs(30);
/// How often it is looked whether a product that waits still may, and where it stands by now.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// A checkout that has been answered, or waits.
pub(super) enum CheckedOut {
    /// The answer.
    Answer(wire::CheckoutReply),
    /// No seats yet.
    Waits(Turn),
}

/// What happened to a request that waits.
pub(super) enum Waited {
    /// It has been decided.
    Answer(wire::CheckoutReply),
    /// It stands elsewhere now, and goes on waiting.
    Moved(wire::CheckoutReply),
}

/// A request in the queue. When it is dropped its place is kept for a while.
pub(super) struct Turn {
    waiting: Waiting,
    key: RequestKey,
    wants: Wants,
    /// The position of the last answer to the product.
    last_position: u32,
}

impl Products {
    /// Takes seats, or a place in the queue.
    pub(super) async fn begin_checkout(
        &self,
        mut request: wire::CheckoutRequest,
        peer: IpAddr,
        caller: &Caller,
    ) -> Result<CheckedOut, Problem> {
        self.rate.take_of(caller.rated(peer), Instant::now())?;
        let wants = Wants::of(&mut request);
        let mut request = validation::checkout(request, peer)?;
        request.caller = caller.audited();
        let key = request.request_key;
        let outcome = self.seats.checkout_or_wait(request).await;
        Ok(match outcome.map_err(|error| error.problem())? {
            CheckoutOutcome::Decided(decided) => CheckedOut::Answer(self.decided(decided, &wants)),
            CheckoutOutcome::Waits(waiting) => CheckedOut::Waits(Turn {
                last_position: waiting.place().position,
                waiting,
                key,
                wants,
            }),
        })
    }

    /// Takes seats; waits for them as long as a call may be held open.
    pub(super) async fn check_out(
        &self,
        request: wire::CheckoutRequest,
        peer: IpAddr,
        caller: &Caller,
    ) -> Result<wire::CheckoutReply, Problem> {
        let mut turn = match self.begin_checkout(request, peer, caller).await? {
            CheckedOut::Answer(answer) => return Ok(answer),
            CheckedOut::Waits(turn) => turn,
        };
        tokio::select! {
            answer = self.turn_of(&mut turn) => answer,
            () = sleep(HELD_OPEN) => {
                let place = self.seats.place(&turn.key);
                Ok(queued(place.unwrap_or(turn.waiting.place())))
            }
        }
    }

    /// Waits for the turn of a request as long as its product may, or until its place has changed.
    pub(super) async fn wait(
        &self,
        turn: &mut Turn,
        peer: IpAddr,
        caller: &Caller,
    ) -> Result<Waited, Problem> {
        loop {
            tokio::select! {
                answer = self.turn_of(turn) => return answer.map(Waited::Answer),
                () = sleep(LOOK_AGAIN) => {}
            }
            if !self.access.still_holds(peer, caller) {
                return Err(Problem::new(
                    ErrorCode::AuthorizationFailed,
                    "The product token has ended.",
                ));
            }
            if let Some(place) = self.seats.place(&turn.key)
                && place.position != turn.last_position
            {
                turn.last_position = place.position;
                return Ok(Waited::Moved(queued(place)));
            }
        }
    }

    async fn turn_of(&self, turn: &mut Turn) -> Result<wire::CheckoutReply, Problem> {
        tokio::select! {
            decided = turn.waiting.turn() => {
                let decided = decided.map_err(|error| error.problem())?;
                Ok(self.decided(decided, &turn.wants))
            }
            () = self.stopping.cancelled() => {
                Err(Problem::new(ErrorCode::ServerStopping, "The vendor daemon is stopping."))
            }
        }
    }

    fn decided(&self, Decided { decision, at }: Decided, wants: &Wants) -> wire::CheckoutReply {
        let outcome = match decision {
            Decision::Granted(lease) => Outcome::Lease(self.lease_reply(lease, at, wants, false)),
            Decision::Repeated(lease) => Outcome::Lease(self.lease_reply(lease, at, wants, true)),
            Decision::Denied(denial) => Outcome::Denial(products::denial_on_the_wire(denial)),
            Decision::Queued(place) => return queued(place),
        };
        wire::CheckoutReply {
            outcome: Some(outcome),
        }
    }
}

impl Turn {
    /// The answer to the product until then.
    pub(super) fn queued(&self) -> wire::CheckoutReply {
        queued(self.waiting.place())
    }
}

fn queued(place: Place) -> wire::CheckoutReply {
    wire::CheckoutReply {
        outcome: Some(Outcome::Queued(wire::Queued {
            position: place.position,
            kept_seconds: products::seconds(place.kept),
        })),
    }
}
