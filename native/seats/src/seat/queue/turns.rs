//! Whose turn it is when seats come back.

use std::collections::HashSet;
use std::mem;

use crate::Moment;
use crate::seat::assignment::SeatModel;
use crate::seat::ledger::Ledger;
use licensing_license_file::license_file::DupGroup;

use super::{Claims, Line, Look, NONE, Turn, Waiter};

impl Ledger {
    /// Serves whoever can be served, line by line.
    pub(in crate::seat) fn serve_queue(&mut self, now: Moment) {
        if self.queue.due == Look::None {
            return;
        }
        self.form_lines();
        let at_least = match mem::take(&mut self.queue.due) {
            Look::Everything => Look::Everything,
            Look::None | Look::Seats | Look::Shared => Look::None,
        };
        for (pool, look) in mem::take(&mut self.queue.changed) {
            let line = self.queue.line_of_pool.get(pool as usize);
            if let Some(line) = line.and_then(|line| self.queue.lines.get_mut(line)) {
                line.look = line.look.max(look);
            }
        }
        let lines: Vec<u32> = self.queue.lines.keys().copied().collect();
        for line in lines {
            self.serve_line(line, at_least, now);
        }
    }

    fn serve_line(&mut self, name: u32, at_least: Look, now: Moment) {
        let Some(mut line) = self.queue.lines.remove(&name) else {
            return;
        };
        let mut look = mem::take(&mut line.look).max(at_least);
        while look != Look::None {
            look = match self.look_through(&mut line, look, now) {
                // Somebody further ahead may share what went out.
                true if self.is_shareable(name) => Look::Shared,
                true | false => Look::None,
            };
        }
        if !line.waiters.is_empty() {
            self.queue.lines.insert(name, line);
        }
    }

    /// Serves whoever can be served of a line, and works out what the others claim. Tells whether seats went out.
    fn look_through(&mut self, line: &mut Line, look: Look, now: Moment) -> bool {
        let mut claims = Claims::default();
        let mut covered: HashSet<String> = HashSet::new();
        let mut ended = Vec::new();
        let mut granted = false;
        for (number, waiter) in &mut line.waiters {
            let may_share = look >= Look::Shared;
            let is_passed_over =
                look < Look::Everything && !waiter.draws && covered.contains(&waiter.feature);
            if is_passed_over && !(may_share && self.could_share(waiter)) {
                continue;
            }
            match self.choose(&waiter.request, waiter.wanted.as_ref(), &claims, now) {
                Ok(choice) => {
                    let decision = self.grant(&waiter.request, waiter.id, choice, now);
                    ended.push((*number, decision));
                    granted = true;
                }
                Err(refusal) if !refusal.waits_for.is_empty() => {
                    waiter.pool = refusal.waits_for.first().map_or(NONE, |wait| wait.pool);
                    waiter.draws = refusal.waits_for.iter().any(|wait| !wait.reservations.is_empty());
                    self.lay_claim(&mut claims, waiter, refusal.waits_for, now);
                    if !covered.contains(&waiter.feature) && self.is_covered(&waiter.feature, &claims) {
                        covered.insert(waiter.feature.clone());
                    }
                }
                Err(refusal) => {
                    ended.push((*number, self.deny(&waiter.request, refusal.denial, now)));
                }
            }
        }
        for (number, decision) in ended {
            if let Some(waiter) = line.waiters.remove(&number) {
                self.queue.forget(&waiter);
                if let Some(until) = waiter.gone_until_ms {
                    self.queue.gone.remove(&(until, number));
                }
                let request_key = waiter.request.request_key;
                self.queue.turns.push(Turn {
                    request_key,
                    decision,
                });
            }
        }
        line.claims = claims;
        granted
    }

    /// Whether all common seats that could serve a feature are claimed, so that only reserved and shared ones are left
    /// for others.
    fn is_covered(&self, feature: &str, claims: &Claims) -> bool {
        let pools = self.pools.serving(feature);
        pools.into_iter().flatten().all(|pool| {
            let state = &self.pools[*pool];
            claims.on(*pool).is_some() || !state.installed || state.capacity.is_none()
        })
    }

    /// Whether seats of a line can be shared at all.
    fn is_shareable(&self, line: u32) -> bool {
        let lines = self.queue.line_of_pool.iter().zip(self.pools.iter());
        lines
            .filter(|(own, _)| **own == line)
            .any(|(_, state)| match state.model {
                SeatModel::UserDevice | SeatModel::User | SeatModel::Device | SeatModel::Server => true,
                SeatModel::Concurrent => state.pool.identity.dup_group != DupGroup::None,
            })
    }

    /// Whether a request might take nothing from anybody because it shares a seat that is out.
    fn could_share(&self, waiter: &Waiter) -> bool {
        let pools = self.pools.serving(&waiter.feature);
        pools.into_iter().flatten().any(|pool| {
            self.pools[*pool].book.is_some()
                || self
                    .shares(*pool, &waiter.request.holder)
                    .is_some_and(|key| self.groups.find(&key).is_some())
        })
    }
}
