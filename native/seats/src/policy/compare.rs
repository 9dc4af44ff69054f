//! What another options file would mean for those who hold seats, and for those who were refused.

use std::collections::{BTreeMap, HashMap};

use licensing_api::option::{OptionEffect, OptionEffectKind};
use licensing_license_file::options_file::OptionsFile;

use super::{LimitKey, Policy, PoolFacts, PoolPolicy, Requester};
use crate::pool::PoolSet;

/// Most effects that are told.
pub const MAX_EFFECTS: usize = 1000;

/// Somebody who holds seats of a pool, or was refused seats of a feature.
#[derive(Debug, Clone)]
pub struct Concerned<'a> {
    /// Id of the pool; none where a feature was refused as a whole.
    pub pool_id: Option<&'a str>,
    /// Feature.
    pub feature: &'a str,
    /// Who.
    pub requester: Requester<'a>,
    /// Device as lists show it.
    pub device: &'a str,
    /// Seats.
    pub seats: u32,
}

/// An options file, bound to pools.
struct Bound {
    policy: Policy,
    pools: Vec<PoolPolicy>,
}

impl Bound {
    fn new(file: &OptionsFile, facts: &[PoolFacts]) -> Self {
        let policy = Policy::compile(file).0;
        let pools = policy.bind(facts).0;
        Self { policy, pools }
    }

    /// Why somebody gets nothing of a pool; none when they may.
    fn refusal(&self, pool: usize, requester: Requester<'_>) -> Option<String> {
        let identity = self.policy.identify(requester);
        let pool = self.pools.get(pool)?;
        if let Err(reason) = pool.admit(&identity) {
            return Some(format!("{reason}."));
        }
        let forbidding = pool
            .limits(&identity)
            .into_iter()
            .find(|limit| limit.seats == 0)?;
        Some(format!("line {} allows no seat.", forbidding.line))
    }
}

/// Who would lose or gain seats when `after` took the place of `before`, in the order of effects, features and users.
pub fn compare(
    before: &OptionsFile,
    after: &OptionsFile,
    pools: &PoolSet,
    facts: &[PoolFacts],
    holders: &[Concerned<'_>],
    refused: &[Concerned<'_>],
) -> Vec<OptionEffect> {
    let (before, after) = (Bound::new(before, facts), Bound::new(after, facts));
    let ids: HashMap<String, usize> = pools
        .pools
        .iter()
        .enumerate()
        .map(|(at, pool)| (pool.identity.id().to_string(), at))
        .collect();
    let mut effects = Vec::new();
    for holder in holders {
        let Some(pool) = holder.pool_id.and_then(|id| ids.get(id)) else {
            continue;
        };
        if before.refusal(*pool, holder.requester).is_none()
            && let Some(reason) = after.refusal(*pool, holder.requester)
        {
            effects.push(effect(OptionEffectKind::Loses, holder, holder.seats, reason));
        }
    }
    for one in refused {
        let of_feature = facts
            .iter()
            .enumerate()
            .filter(|(_, facts)| facts.feature.eq_ignore_ascii_case(one.feature))
            .map(|(at, _)| at);
        let mut of_feature = of_feature.peekable();
        let gains = of_feature.peek().is_some()
            && of_feature
                .clone()
                .all(|pool| before.refusal(pool, one.requester).is_some())
            && of_feature
                .clone()
                .any(|pool| after.refusal(pool, one.requester).is_none());
        if gains {
            let reason = "The options file refuses them no more.".to_owned();
            effects.push(effect(OptionEffectKind::Gains, one, one.seats, reason));
        }
    }
    effects.extend(above_limits(&before, &after, &ids, holders));
    effects.extend(reserved(&before, &after, facts));
    effects.sort();
    effects.dedup();
    effects.truncate(MAX_EFFECTS);
    effects
}

fn effect(kind: OptionEffectKind, one: &Concerned<'_>, seats: u32, reason: String) -> OptionEffect {
    OptionEffect {
        effect: kind,
        feature: one.feature.to_owned(),
        user: one.requester.user.to_owned(),
        device: one.device.to_owned(),
        seats,
        reason,
    }
}

/// Holders who together hold more than a MAX line allows from now on.
fn above_limits(
    before: &Bound,
    after: &Bound,
    ids: &HashMap<String, usize>,
    holders: &[Concerned<'_>],
) -> Vec<OptionEffect> {
    let exceeded = |bound: &Bound| {
        let mut counted: HashMap<LimitKey, (u32, u32, u32, Vec<usize>)> = HashMap::new();
        for (at, holder) in holders.iter().enumerate() {
            let pool = holder.pool_id.and_then(|id| bound.pools.get(*ids.get(id)?));
            let Some(pool) = pool else { continue };
            let identity = bound.policy.identify(holder.requester);
            for limit in pool.limits(&identity).into_iter().filter(|limit| limit.seats > 0) {
                let entry = counted
                    .entry(limit.key)
                    .or_insert_with(|| (limit.seats, limit.line, 0, Vec::new()));
                entry.2 = entry.2.saturating_add(holder.seats);
                entry.3.push(at);
            }
        }
        let over = counted.into_values().filter(|(most, _, used, _)| used > most);
        over.flat_map(|(most, line, used, who)| who.into_iter().map(move |at| (at, (most, line, used))))
            .collect::<BTreeMap<usize, (u32, u32, u32)>>()
    };
    let known = exceeded(before);
    exceeded(after)
        .into_iter()
        .filter(|(at, _)| !known.contains_key(at))
        .filter_map(|(at, (most, line, used))| {
            let holder = holders.get(at)?;
            let reason = format!("line {line} allows {most} seats, and {used} are out.");
            Some(effect(OptionEffectKind::AboveLimit, holder, holder.seats, reason))
        })
        .collect()
}

/// Features of which more or fewer seats are set aside.
fn reserved(before: &Bound, after: &Bound, facts: &[PoolFacts]) -> Vec<OptionEffect> {
    let mut sums: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (facts, (one, other)) in facts.iter().zip(before.pools.iter().zip(&after.pools)) {
        let sum = sums.entry(&facts.feature).or_default();
        sum.0 = sum.0.saturating_add(one.reserved());
        sum.1 = sum.1.saturating_add(other.reserved());
    }
    sums.into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|(feature, (before, after))| OptionEffect {
            effect: OptionEffectKind::Reserved,
            feature: feature.to_owned(),
            user: String::new(),
            device: String::new(),
            seats: after,
            reason: format!("{after} seats are set aside instead of {before}."),
        })
        .collect()
}
