//! Enumerations that are open, and what is left of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Limits;
use crate::envelope::format_uuid;
use crate::instance::InstanceWriter;
use crate::source::Table;
use crate::value::Value;
use crate::wql::BoundQuery;

/// What an enumeration gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Instances,
    Addresses,
    Both,
}

/// An enumeration: a table, and the place up to which it was given.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    pub(super) writer: Option<InstanceWriter>,
    pub(super) table: Table,
    pub(super) query: BoundQuery,
    pub(super) mode: Mode,
    next: usize,
}

impl Walk {
    /// An enumeration from its start. Without a writer the rows are documents that were written before.
    pub(super) fn new(writer: Option<InstanceWriter>, table: Table, query: BoundQuery, mode: Mode) -> Self {
        let mut walk = Self {
            writer,
            table,
            query,
            mode,
            next: 0,
        };
        walk.skip();
        walk
    }

    /// The row that comes next; none at the end.
    pub(super) fn current(&self) -> Option<&[Value]> {
        self.table.rows.get(self.next).map(AsRef::as_ref)
    }

    /// Goes on to the row after the current one.
    pub(super) fn advance(&mut self) {
        self.next += 1;
        self.skip();
    }

    fn skip(&mut self) {
        while self.current().is_some_and(|row| !self.query.wants(row)) {
            self.next += 1;
        }
    }

    /// The header about the rows.
    pub(super) fn snapshot(&self) -> String {
        crate::snapshot::header(self.table.snapshot.as_deref())
    }

    /// How many rows the whole enumeration has.
    pub(super) fn total(&self) -> usize {
        self.table.rows.iter().filter(|row| self.query.wants(row)).count()
    }
}

#[derive(Debug)]
struct Context {
    caller: String,
    walk: Walk,
    used: Instant,
    lifetime: Duration,
}

/// All open enumerations. A name is a secret of 122 random bits, and only works for the caller that it was given to.
#[derive(Debug)]
pub(super) struct Contexts {
    limits: Limits,
    open: Mutex<HashMap<String, Context>>,
}

impl Contexts {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Keeps an enumeration open and gives its name; none when the system has no randomness.
    pub(super) fn keep(
        &self,
        caller: &str,
        walk: Walk,
        lifetime: Option<Duration>,
        now: Instant,
    ) -> Option<String> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).ok()?;
        let name = format!("uuid:{}", format_uuid(bytes));
        let longest = self.limits.context_lifetime;
        let context = Context {
            caller: caller.to_owned(),
            walk,
            used: now,
            lifetime: lifetime.unwrap_or(longest).min(longest),
        };
        self.put(name.clone(), context, now);
        Some(name)
    }

    /// Takes an enumeration out, to be put back under the same name if something is left.
    pub(super) fn take(&self, caller: &str, name: &str, now: Instant) -> Option<Taken> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.get(name).is_none_or(|context| context.caller != caller) {
            return None;
        }
        let context = open.remove(name)?;
        (!context.is_over(now)).then(|| Taken {
            name: name.to_owned(),
            context,
        })
    }

    /// Puts an enumeration back.
    pub(super) fn put_back(&self, mut taken: Taken, now: Instant) -> String {
        taken.context.used = now;
        self.put(taken.name.clone(), taken.context, now);
        taken.name
    }

    /// Ends an enumeration. Says whether it was open.
    pub(super) fn end(&self, caller: &str, name: &str) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = open.get(name).is_some_and(|context| context.caller == caller);
        is_own && open.remove(name).is_some()
    }

    fn put(&self, name: String, context: Context, now: Instant) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_caller = open
            .values()
            .filter(|other| other.caller == context.caller)
            .count();
        if of_caller >= self.limits.contexts_per_caller || open.len() >= self.limits.contexts {
            open.retain(|_, other| !other.is_over(now));
        }
        while open
            .values()
            .filter(|other| other.caller == context.caller)
            .count()
            >= self.limits.contexts_per_caller
        {
            if !remove_oldest(&mut open, |other| other.caller == context.caller) {
                break;
            }
        }
        while open.len() >= self.limits.contexts {
            if !remove_oldest(&mut open, |_| true) {
                break;
            }
        }
        open.insert(name, context);
    }
}

fn remove_oldest(open: &mut HashMap<String, Context>, among: impl Fn(&Context) -> bool) -> bool {
    let oldest = open
        .iter()
        .filter(|(_, context)| among(context))
        .min_by_key(|(_, context)| context.used)
        .map(|(name, _)| name.clone());
    oldest.is_some_and(|name| open.remove(&name).is_some())
}

/// An enumeration that one request works on.
#[derive(Debug)]
pub(super) struct Taken {
    name: String,
    context: Context,
}

impl Taken {
    pub(super) fn walk(&mut self) -> &mut Walk {
        &mut self.context.walk
    }
}

impl Context {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.used) >= self.lifetime
    }
}
