//! A lease as it is held in memory, made small: a hundred thousand of them are ordinary.

use licensing_api::usage::HolderState;

use crate::pool::PoolId;
use crate::seat::Holder;
use crate::seat::limits::Drawn;

use super::{LeaseId, LeaseRecord, LeaseTerm, NO_GROUP, RequestKey, names};

/// A lease in memory.
#[derive(Debug)]
pub(in crate::seat) struct Held {
    pub(in crate::seat) id: LeaseId,
    pub(in crate::seat) key: RequestKey,
    pub(in crate::seat) serial: u64,
    pub(in crate::seat) since_ms: i64,
    pub(in crate::seat) heard_ms: u64,
    pub(in crate::seat) pool: u32,
    pub(in crate::seat) count: u32,
    pub(in crate::seat) overdraft: u32,
    pub(in crate::seat) group: u32,
    process_id: u32,
    pub(in crate::seat) term: LeaseTerm,
    /// Its seats that come out of reservations, unless it shares them with a group.
    pub(in crate::seat) drawn: Drawn,
    /// See [`super::names`].
    names: Box<str>,
}

impl Held {
    /// A lease that was last heard of at `heard_ms`, in the pool at this position.
    pub(in crate::seat) fn new(record: &LeaseRecord, pool: u32, heard_ms: u64) -> Self {
        Self {
            id: record.id,
            key: record.request_key,
            serial: record.serial,
            since_ms: record.since_ms,
            heard_ms,
            pool,
            count: record.count,
            overdraft: record.overdraft,
            group: NO_GROUP,
            process_id: record.holder.process_id,
            term: record.term,
            drawn: Drawn::default(),
            names: names::pack(&record.holder),
        }
    }

    /// User, host, display, vendor data and product.
    pub(in crate::seat) fn names(&self) -> [&str; 5] {
        let [names @ .., _, _] = names::parts(&self.names);
        names
    }

    /// As it is stored.
    pub(in crate::seat) fn record(&self, pool: PoolId) -> LeaseRecord {
        LeaseRecord {
            serial: self.serial,
            id: self.id,
            request_key: self.key,
            pool,
            count: self.count,
            overdraft: self.overdraft,
            since_ms: self.since_ms,
            holder: self.holder(),
            term: self.term,
        }
    }

    pub(in crate::seat) fn holder(&self) -> Holder {
        names::unpack(&self.names, self.process_id)
    }

    /// A sign of life.
    pub(in crate::seat) fn hear(&mut self, now_ms: u64) {
        self.heard_ms = self.heard_ms.max(now_ms);
    }

    /// Whether its holder has given it back already.
    pub(in crate::seat) fn is_checked_in(&self) -> bool {
        self.state() == HolderState::Lingering
    }

    pub(in crate::seat) fn is_borrowed(&self) -> bool {
        self.state() == HolderState::Borrowed
    }

    pub(in crate::seat) fn state(&self) -> HolderState {
        match self.term {
            LeaseTerm::Heartbeats => HolderState::InUse,
            LeaseTerm::Lingering { .. } => HolderState::Lingering,
            LeaseTerm::Borrowed { .. } => HolderState::Borrowed,
        }
    }
}
