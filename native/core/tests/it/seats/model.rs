//! The rules once more, as plainly as they can be said: no index, no cache, everything counted anew every time.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::civil::Date;
use licensing_api::denial::DenialReason;
use licensing_api::inventory::PoolStatus;
use licensing_core::license_file::DupGroup;
use licensing_core::pool::{Pool, PoolId};
use licensing_core::seat::{CheckoutRequest, DEADLINE_STEP_MS, Holder, SeatSettings};

#[derive(Debug, Clone)]
pub(super) struct ModelLease {
    pub(super) key: u64,
    pub(super) pool: PoolId,
    pub(super) count: u32,
    pub(super) feature: String,
    pub(super) holder: Holder,
    pub(super) heard_ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) pools: Vec<Pool>,
    /// Pools that ever were, for seats that outlive them.
    pub(super) known: BTreeMap<PoolId, Pool>,
    /// By lease number.
    pub(super) leases: BTreeMap<u64, ModelLease>,
    closed: HashSet<u64>,
}

/// What the model expects of a checkout.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Granted { pool: PoolId, overdraft: u32 },
    Repeated(u64),
    Denied(DenialReason),
}

impl Model {
    pub(super) fn replace_pools(&mut self, pools: Vec<Pool>) {
        for pool in &pools {
            self.known.insert(pool.identity.id(), pool.clone());
        }
        self.pools = pools;
    }

    /// Groups of a pool with the seats that each holds; a lease that shares with nobody is a group of its own.
    fn groups(&self, pool: PoolId) -> BTreeMap<String, u32> {
        let dup_group = self.known[&pool].identity.dup_group;
        let mut groups: BTreeMap<String, u32> = BTreeMap::new();
        for (number, lease) in self.leases.iter().filter(|(_, lease)| lease.pool == pool) {
            let name = group_name(dup_group, &lease.holder).unwrap_or_else(|| format!("#{number}"));
            let seats = groups.entry(name).or_default();
            *seats = (*seats).max(lease.count);
        }
        groups
    }

    pub(super) fn in_use(&self, pool: PoolId) -> u32 {
        self.groups(pool).values().sum()
    }

    pub(super) fn checkout(&self, request: &CheckoutRequest, key: u64, today: Date) -> Expected {
        if let Some((number, lease)) = self.leases.iter().find(|(_, lease)| lease.key == key) {
            let same = lease.feature.eq_ignore_ascii_case(&request.feature) && lease.count == request.count;
            return if same {
                Expected::Repeated(*number)
            } else {
                Expected::Denied(DenialReason::BadParameter)
            };
        }
        if self.closed.contains(&key) {
            return Expected::Denied(DenialReason::BadParameter);
        }
        let named = |pool: &Pool| pool.identity.feature.eq_ignore_ascii_case(&request.feature);
        let installed: Vec<&Pool> = self.pools.iter().filter(|pool| named(pool)).collect();
        let sufficient: Vec<&Pool> = installed
            .iter()
            .copied()
            .filter(|pool| {
                request.version.is_empty() || pool.identity.version >= request.version.parse().unwrap()
            })
            .collect();
        let serving: Vec<&Pool> = sufficient
            .iter()
            .copied()
            .filter(|p| !p.capacity(today).is_none())
            .collect();
        // (pool, needed, bought seats left, all seats left)
        let offers: Vec<(PoolId, u32, i64, i64)> = serving
            .iter()
            .map(|pool| {
                let id = pool.identity.id();
                let shared = group_name(pool.identity.dup_group, &request.holder)
                    .and_then(|name| self.groups(id).get(&name).copied())
                    .unwrap_or(0);
                let capacity = pool.capacity(today);
                let left = |seats: Option<u32>| {
                    seats.map_or(i64::MAX, |s| i64::from(s) - i64::from(self.in_use(id)))
                };
                (
                    id,
                    request.count.saturating_sub(shared),
                    left(capacity.count),
                    left(capacity.total()),
                )
            })
            .collect();
        let pick = offers
            .iter()
            .find(|offer| offer.1 == 0)
            .or_else(|| offers.iter().find(|offer| i64::from(offer.1) <= offer.2))
            .or_else(|| offers.iter().find(|offer| i64::from(offer.1) <= offer.3));
        if let Some((pool, needed, bought, _)) = pick {
            let overdraft = (i64::from(*needed) - (*bought).max(0)).max(0);
            return Expected::Granted {
                pool: *pool,
                overdraft: overdraft as u32,
            };
        }
        Expected::Denied(self.reason(request, &installed, &sufficient, &serving, today))
    }

    fn reason(
        &self,
        request: &CheckoutRequest,
        installed: &[&Pool],
        sufficient: &[&Pool],
        serving: &[&Pool],
        today: Date,
    ) -> DenialReason {
        if serving.iter().any(|pool| {
            pool.capacity(today)
                .total()
                .is_none_or(|total| request.count <= total)
        }) {
            return DenialReason::AllSeatsTaken;
        }
        if sufficient
            .iter()
            .any(|p| p.status(today) == PoolStatus::Serving && p.capacity(today).is_none())
        {
            return DenialReason::AllSeatsTaken;
        }
        if !serving.is_empty() {
            return DenialReason::MoreThanExist;
        }
        for (status, reason) in [
            (PoolStatus::Expired, DenialReason::Expired),
            (PoolStatus::NotStarted, DenialReason::NotStarted),
        ] {
            if sufficient.iter().any(|pool| pool.status(today) == status) {
                return reason;
            }
        }
        if !installed.is_empty() {
            return DenialReason::VersionTooOld;
        }
        let gone = self
            .known
            .values()
            .any(|pool| pool.identity.feature.eq_ignore_ascii_case(&request.feature));
        if gone {
            DenialReason::FeatureRemoved
        } else {
            DenialReason::NoSuchFeature
        }
    }

    pub(super) fn was_closed(&self, key: u64) -> bool {
        self.closed.contains(&key)
    }

    /// Forgets pools that are neither installed nor held.
    pub(super) fn forget_unused(&mut self) {
        let installed: BTreeSet<PoolId> = self.pools.iter().map(|pool| pool.identity.id()).collect();
        let held: BTreeSet<PoolId> = self.leases.values().map(|lease| lease.pool).collect();
        self.known
            .retain(|id, _| installed.contains(id) || held.contains(id));
    }

    pub(super) fn close(&mut self, number: u64) -> bool {
        match self.leases.remove(&number) {
            Some(lease) => {
                self.closed.insert(lease.key);
                true
            }
            None => false,
        }
    }

    pub(super) fn expire(&mut self, now_ms: u64, settings: &SeatSettings) -> BTreeSet<u64> {
        let lifetime = settings.lifetime.as_millis() as u64;
        let ended: BTreeSet<u64> = self
            .leases
            .iter()
            .filter(|(_, l)| (l.heard_ms + lifetime).div_ceil(DEADLINE_STEP_MS) <= now_ms / DEADLINE_STEP_MS)
            .map(|(number, _)| *number)
            .collect();
        for number in &ended {
            self.close(*number);
        }
        ended
    }
}

fn group_name(dup_group: DupGroup, holder: &Holder) -> Option<String> {
    match dup_group {
        DupGroup::None => None,
        DupGroup::Site => Some("site".to_owned()),
        DupGroup::Same {
            user,
            host,
            display,
            vendor_data,
        } => {
            let mut name = String::new();
            let data = if holder.vendor_data.is_empty() {
                &holder.host
            } else {
                &holder.vendor_data
            };
            for (compared, value) in [
                (user, &holder.user),
                (host, &holder.host),
                (display, &holder.display),
                (vendor_data, data),
            ] {
                if compared {
                    name.push_str(&value.to_lowercase());
                }
                name.push('|');
            }
            Some(name)
        }
    }
}
