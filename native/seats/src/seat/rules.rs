//! The options file within the ledger: whom it refuses, and what it changes about each pool.

use std::collections::HashMap;
use std::sync::Arc;

use licensing_api::finding::{Finding, Severity};

use crate::policy::{Identity, Policy, PoolFacts, PoolPolicy, Requester};
use crate::pool::{PoolId, PoolSet};
use licensing_texts::debug_log::OptionsEvent;

use super::ledger::Ledger;
use super::limits::Unreservable;
use super::{Holder, SeatSettings};

/// What an options file says about the pools of one set of license files. Without any, everybody may have everything.
#[derive(Debug, Clone, Default)]
pub struct SeatRules {
    bound: Option<Arc<Bound>>,
}

#[derive(Debug)]
struct Bound {
    policy: Policy,
    pools: HashMap<PoolId, Arc<PoolPolicy>>,
}

impl SeatRules {
    /// Works out what a policy means for pools. `facts` are those of the same pools, in the same order, see
    /// [`PoolFacts::of`]. Findings are about rules without effect.
    pub fn bind(policy: Policy, pools: &PoolSet, facts: &[PoolFacts]) -> (Self, Vec<Finding>) {
        let (bound, mut findings) = policy.bind(facts);
        let unreservable = Unreservable::of(pools);
        let mut by_id = HashMap::new();
        for (pool, rules) in pools.pools.iter().zip(bound) {
            if let Some((text, action)) = unreservable.why(&pool.identity) {
                findings.extend(
                    rules
                        .reservations()
                        .iter()
                        .map(|held| Finding::new(Severity::Warning, held.line, text.clone(), action)),
                );
            }
            by_id.insert(pool.identity.id(), Arc::new(rules));
        }
        let bound = Arc::new(Bound { policy, pools: by_id });
        (Self { bound: Some(bound) }, findings)
    }

    /// The options file behind them; none without one.
    pub fn policy(&self) -> Option<&Policy> {
        self.bound.as_ref().map(|bound| &bound.policy)
    }

    /// What the debug log says of them, for the pools they were bound to.
    pub fn announcements(&self, pools: &PoolSet) -> Vec<OptionsEvent<'_>> {
        let Some(bound) = &self.bound else {
            return Vec::new();
        };
        let of_pools = pools
            .pools
            .iter()
            .filter_map(|pool| bound.pools.get(&pool.identity.id()));
        let rules: Vec<_> = of_pools.map(AsRef::as_ref).collect();
        bound.policy.announcements(rules.into_iter())
    }

    pub(super) fn of(&self, pool: PoolId) -> Option<Arc<PoolPolicy>> {
        self.bound.as_ref()?.pools.get(&pool).map(Arc::clone)
    }

    /// The holder with groups looked up; none without an options file.
    pub(super) fn identify<'a>(&self, holder: &'a Holder, settings: &SeatSettings) -> Option<Identity<'a>> {
        let bound = self.bound.as_ref()?;
        Some(
            bound.policy.identify(Requester {
                user: &holder.user,
                short_user: settings
                    .fold_domains
                    .then(|| SeatSettings::without_domain(&holder.user)),
                host: &holder.host,
                display: &holder.display,
                address: holder.address,
                project: &holder.project,
            }),
        )
    }
}

impl Ledger {
    /// Serves by another options file from now on. Seats that are out stay out, also with those who would get none any
    /// more; they are counted again, in the order in which they were taken.
    pub fn replace_rules(&mut self, rules: SeatRules) {
        self.rules = rules;
        self.apply_rules();
    }

    pub(super) fn apply_rules(&mut self) {
        for state in self.pools.iter_mut() {
            let rules = state.installed.then(|| self.rules.of(state.id)).flatten();
            state.apply(rules, self.day, &self.settings);
        }
        self.recount();
        self.queue.look_at_everything();
        for slot in self.leases.slots() {
            if let Some(held) = self.leases.get(slot) {
                let lifetime = self.pools[held.pool].lifetime;
                self.leases.reschedule(slot, lifetime);
            }
        }
    }
}
