//! What callers ask of the writer, and what they are answered once it is durable.

use licensing_api::usage::UsageRow;
use licensing_seats::audit::{AuditChain, AuditEntry};
use licensing_seats::pool::PoolSet;
use licensing_seats::seat::{BurstTerms, CheckoutRequest, LeaseId, RequestKey, RevokeFilter, SeatRules};
use tokio::sync::oneshot;

use crate::StoreError;
use crate::journal::Batch;

use super::waiting::{Decided, TurnSender};

pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What callers ask of the writer.
pub(super) enum Command {
    Checkout {
        request: Box<CheckoutRequest>,
        id: LeaseId,
        reply: Reply<Decided>,
        /// Answered when the turn of a request comes that waits; none when nobody waits for that.
        turn: Option<TurnSender>,
    },
    Checkin {
        what: Returned,
        reply: Reply<bool>,
    },
    Revoke {
        filter: Box<RevokeFilter>,
        /// Its record in the audit.
        event: AuditEntry,
        reply: Reply<Vec<UsageRow>>,
    },
    /// No pools: those that are served stay.
    Replace {
        pools: Option<PoolSet>,
        rules: SeatRules,
        reply: Reply<()>,
    },
    Limit {
        bytes: Option<u64>,
        reply: Reply<()>,
    },
    /// None: nothing is granted beyond all seats.
    Burst {
        terms: Option<BurstTerms>,
        reply: Reply<()>,
    },
    /// The records up to this end stand in segments from now on.
    Seal {
        end: AuditChain,
        /// Its record in the audit.
        event: AuditEntry,
        reply: Reply<()>,
    },
    /// The records up to this end are removed with their segments from now on.
    RemoveSegment {
        end: AuditChain,
        /// Its record in the audit.
        event: AuditEntry,
        reply: Reply<()>,
    },
    /// Writes what waits to be written with something else.
    Flush {
        reply: Reply<()>,
    },
    Shutdown {
        reply: Reply<()>,
    },
    Tick,
}

/// What is given back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Returned {
    /// A lease.
    Lease(LeaseId),
    /// Whatever has become of a request.
    Request(RequestKey),
}

impl Command {
    pub(super) fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Checkout { reply, .. } => drop(reply.send(Err(error))),
            Self::Checkin { reply, .. } => drop(reply.send(Err(error))),
            Self::Revoke { reply, .. } => drop(reply.send(Err(error))),
            Self::Replace { reply, .. }
            | Self::Limit { reply, .. }
            | Self::Burst { reply, .. }
            | Self::Seal { reply, .. }
            | Self::RemoveSegment { reply, .. }
            | Self::Flush { reply }
            | Self::Shutdown { reply } => drop(reply.send(Err(error))),
            Self::Tick => {}
        }
    }
}

/// An answer that waits for its commit.
pub(super) enum Answer {
    Checkout(Reply<Decided>, Decided),
    Checkin(Reply<bool>, bool),
    /// The end of the waiting, or a place in the queue for who had it before.
    Turn(TurnSender, Decided),
    Revoke(Reply<Vec<UsageRow>>, Vec<UsageRow>),
    Done(Reply<()>),
}

impl Answer {
    // A caller that is gone needs no answer: nobody else could take it.
    pub(super) fn send(self) {
        match self {
            Self::Checkout(reply, decision) => drop(reply.send(Ok(decision))),
            Self::Checkin(reply, held) => drop(reply.send(Ok(held))),
            Self::Turn(turn, decision) => drop(turn.send(Ok(decision))),
            Self::Revoke(reply, rows) => drop(reply.send(Ok(rows))),
            Self::Done(reply) => drop(reply.send(Ok(()))),
        }
    }

    pub(super) fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Checkout(reply, _) => drop(reply.send(Err(error))),
            Self::Checkin(reply, _) => drop(reply.send(Err(error))),
            Self::Turn(turn, _) => drop(turn.send(Err(error))),
            Self::Revoke(reply, _) => drop(reply.send(Err(error))),
            Self::Done(reply) => drop(reply.send(Err(error))),
        }
    }
}

/// What a batch of commands comes to before it is durable.
#[derive(Default)]
pub(super) struct Work {
    pub(super) batch: Batch,
    pub(super) answers: Vec<Answer>,
    /// Pools and rules that were replaced.
    pub(super) pools: Option<PoolSet>,
    pub(super) rules: Option<SeatRules>,
    /// Who asked to stop.
    pub(super) stop: Option<Reply<()>>,
    /// Whether what was refused must be written even if nothing else is.
    pub(super) flush: bool,
}
