//! Taking seats: from the server, in its queue, or by a ticket.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use licensing_api::{ErrorCode, LicenseVersion, Problem};
use licensing_license_file::signing::SignedLine;
use licensing_protocol::licensing as wire;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::session_reply::Body as Answer;
use licensing_protocol::licensing::session_request::Body as Question;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::checkout::{CheckoutError, CheckoutOptions, Denial};
use super::connection::{Connection, random_key};
use super::exchange::{Attempt, Reply};
use super::lease::Lease;
use super::pin::{Claim, IssuerPin, Proven};
use super::session::Answers;
use crate::problems;

/// Shortest pause between two calls of a request that waits, should a server not hold them.
const BETWEEN_CALLS: Duration = Duration::from_secs(1);

/// A checkout on its way. Dropping it leaves the queue, and gives back what it might have got by then.
#[derive(Debug)]
#[must_use = "it is given up when it is dropped"]
pub struct PendingCheckout {
    result: oneshot::Receiver<Result<Lease, CheckoutError>>,
    position: watch::Receiver<Option<u32>>,
}

impl PendingCheckout {
    /// Where the request stands in the queue, 1 for the next; none while it is not known to wait.
    pub fn position(&self) -> Option<u32> {
        *self.position.borrow()
    }

    /// The same, to watch it change while the checkout is awaited.
    pub fn positions(&self) -> watch::Receiver<Option<u32>> {
        self.position.clone()
    }
}

impl Future for PendingCheckout {
    type Output = Result<Lease, CheckoutError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.result).poll(context).map(|result| {
            result.unwrap_or_else(|_| {
                let detail = "The runtime that carries the checkout has ended.";
                Err(Problem::new(ErrorCode::Cancelled, detail).into())
            })
        })
    }
}

/// What the server decided, or where the request stands.
enum Asked {
    Lease(wire::Lease),
    Denied(wire::Denial),
    Queued(wire::Queued, Option<Answers>),
}

/// Seats that the server gave out.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) lease: wire::Lease,
    /// Until when signed lines grant them; none for products that accept what the server accepts.
    pub(super) proven: Option<Proven>,
}

fn holds(
    pin: &IssuerPin,
    lines: &[SignedLine],
    options: &CheckoutOptions,
    lease: &wire::Lease,
) -> Result<Proven, Problem> {
    let version = |text: &str| {
        text.parse::<LicenseVersion>().map_err(|_| {
            let detail = format!("The version {text:?} of {} is none.", lease.feature);
            Problem::new(ErrorCode::ProtocolError, detail)
        })
    };
    let mut least = version(&lease.version)?;
    if !options.version.is_empty() {
        least = least.max(version(&options.version)?);
    }
    pin.check(
        lines,
        &Claim {
            asked: &options.feature,
            feature: &lease.feature,
            version: &least,
            count: lease.count.max(options.count).max(1),
            user: &options.user,
            host: &options.host,
            display: &options.display,
        },
    )
}

impl Connection {
    /// Begins a checkout, which goes on whether it is awaited or not until it is dropped.
    pub(super) fn start_checkout(self: &Arc<Self>, options: &CheckoutOptions) -> PendingCheckout {
        let (answer, result) = oneshot::channel();
        let (place, position) = watch::channel(None);
        let (connection, options) = (Arc::clone(self), options.clone());
        self.runtime
            .spawn(async move { connection.take_for(&options, &place, answer).await });
        PendingCheckout { result, position }
    }

    async fn take_for(
        self: Arc<Self>,
        options: &CheckoutOptions,
        place: &watch::Sender<Option<u32>>,
        mut answer: oneshot::Sender<Result<Lease, CheckoutError>>,
    ) {
        let outcome = match random_key() {
            Err(problem) => Err(problem.into()),
            Ok(key) if options.queue.is_some() => tokio::select! {
                outcome = self.take(options, key, place) => outcome,
                () = answer.closed() => {
                    // Should this fail, the place ends by itself as nobody asks for it again.
                    let _ = self.give_up(key).await;
                    return;
                }
            },
            Ok(key) => self.take(options, key, place).await,
        };
        if let Err(Ok(lease)) = answer.send(outcome) {
            // Nobody waits any more. Should this fail, the seats come back at the end of their lifetime.
            let _ = lease.checkin().await;
        }
    }

    async fn take(
        self: &Arc<Self>,
        options: &CheckoutOptions,
        key: [u8; 16],
        place: &watch::Sender<Option<u32>>,
    ) -> Result<Lease, CheckoutError> {
        options.check()?;
        if options.borrow.is_some() && self.tickets.is_none() {
            let detail = "Seats cannot be borrowed without a folder to keep the ticket in.";
            let problem = Problem::new(ErrorCode::InvalidRequest, detail)
                .about("ticketFolder")
                .advise("Name a folder for tickets when connecting.");
            return Err(problem.into());
        }
        if let Some(lease) = self.use_borrowed(options).await? {
            return Ok(lease);
        }
        let grace = self.grace_ticket(options).await;
        let patience = match &grace {
            // There is something to go on by, so that nobody has to wait for all attempts.
            Ok(Some(_)) => self.options.attempt_timeout.min(self.options.timeout),
            Ok(None) | Err(_) => self.options.timeout,
        };
        match (self.ask_server(options, key, patience, place).await, grace) {
            (Ok(granted), _) => self.keep(options, granted).await.map_err(CheckoutError::from),
            (Err(CheckoutError::Failed(problem)), Ok(Some(ticket))) if problems::is_outage(&problem) => {
                Ok(self.keep_by_grace(options, &ticket)?)
            }
            (Err(CheckoutError::Failed(mut problem)), Err(why)) if problems::is_outage(&problem) => {
                problem.detail = format!("{} {}", problem.detail, why.detail);
                Err(problem.into())
            }
            (Err(error), _) => {
                if let (CheckoutError::Denied(denial), Some(tickets)) = (&error, &self.tickets)
                    && denial.is_lasting()
                {
                    // The denial is what counts; a ticket that stays ends by itself.
                    let _ = tickets.remove_grace(options).await;
                }
                Err(error)
            }
        }
    }

    /// Asks the server, and waits in its queue for as long as the options say.
    pub(super) async fn ask_server(
        &self,
        options: &CheckoutOptions,
        key: [u8; 16],
        patience: Duration,
        place: &watch::Sender<Option<u32>>,
    ) -> Result<Granted, CheckoutError> {
        let wait = options.queue.unwrap_or_default();
        let until = Instant::now() + wait;
        let known = self.pin.as_ref().map(|pin| pin.known());
        let request = options.request(key, self.tickets.is_some(), known);
        let mut asked = self.ask_for_seats(request.clone(), patience).await?;
        loop {
            let (position, more) = match asked {
                Asked::Lease(lease) => return self.genuine(options, lease).await,
                Asked::Denied(denial) => {
                    return Err(CheckoutError::Denied(Denial::read(&options.feature, denial)));
                }
                Asked::Queued(queued, more) => (queued.position, more),
            };
            place.send_replace(Some(position));
            match timeout_at(until, self.wait_on(&request, more, until)).await {
                Ok(next) => asked = next?,
                Err(_) => {
                    self.give_up(key).await?;
                    return Err(CheckoutError::Denied(Denial::waited(
                        &options.feature,
                        wait,
                        position,
                    )));
                }
            }
        }
    }

    /// Holds what was given out against the lines that grant it. What they do not grant is given back.
    async fn genuine(
        &self,
        options: &CheckoutOptions,
        mut lease: wire::Lease,
    ) -> Result<Granted, CheckoutError> {
        let Some(pin) = &self.pin else {
            return Ok(Granted { lease, proven: None });
        };
        let lines = pin.take(&lease.feature, std::mem::take(&mut lease.lines));
        match holds(pin, &lines, options, &lease) {
            Ok(proven) => Ok(Granted {
                lease,
                proven: Some(proven),
            }),
            Err(problem) => {
                let request = wire::CheckinRequest {
                    lease_id: lease.lease_id,
                    ..Default::default()
                };
                // The seats would come back only at the end of their time; what went wrong first is what counts.
                let _ = self.checkin_by(request).await;
                Err(problem.into())
            }
        }
    }

    /// The next word on a request that waits: from the session that it waits in, or by asking again.
    async fn wait_on(
        &self,
        request: &wire::CheckoutRequest,
        more: Option<Answers>,
        until: Instant,
    ) -> Result<Asked, Problem> {
        match more {
            Some(mut answers) => match answers.next().await {
                Ok(answer) => {
                    let more = Some(answers);
                    return self.understand(Reply { answer, more });
                }
                // It costs nothing but time: the same key asks for the same place.
                Err(Attempt::Lost(_)) => {}
                Err(Attempt::Final(problem)) => return Err(problem),
            },
            None => sleep(BETWEEN_CALLS).await,
        }
        let left = until.saturating_duration_since(Instant::now());
        self.ask_for_seats(request.clone(), left).await
    }

    async fn ask_for_seats(
        &self,
        request: wire::CheckoutRequest,
        patience: Duration,
    ) -> Result<Asked, Problem> {
        let reply = self.ask(Question::Checkout(request), patience).await?;
        self.understand(reply)
    }

    fn understand(&self, reply: Reply) -> Result<Asked, Problem> {
        let Answer::Checkout(wire::CheckoutReply {
            outcome: Some(outcome),
        }) = reply.answer
        else {
            return Err(self.misunderstood("The answer to a checkout is of another kind."));
        };
        Ok(match outcome {
            Outcome::Lease(lease) => Asked::Lease(lease),
            Outcome::Denial(denial) => Asked::Denied(denial),
            Outcome::Queued(queued) => Asked::Queued(queued, reply.more),
        })
    }

    /// Leaves the queue, or gives back what the request got meanwhile.
    async fn give_up(&self, key: [u8; 16]) -> Result<bool, Problem> {
        self.checkin_by(wire::CheckinRequest {
            request_key: key.to_vec(),
            ..Default::default()
        })
        .await
    }
}
