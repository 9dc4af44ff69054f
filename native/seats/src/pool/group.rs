//! Lines that agree in the pooling keywords count together.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::candidate::Candidate;
use super::{Pool, PoolId};
use licensing_license_file::license_file::{IncrementKeyword, LicenseVersion};

/// Order in which pools are tried: `sort=` overrides, then FEATURE before INCREMENT, uncounted before counted, older
/// versions before newer ones, the newest ISSUED or START first, at last the order of files and lines.
type Rank = (u8, bool, bool, LicenseVersion, Reverse<Option<Date>>, usize);

pub(super) fn group(candidates: Vec<Candidate<'_>>) -> Vec<Pool> {
    let mut pools: Vec<(Rank, Pool)> = Vec::new();
    let mut by_id: HashMap<PoolId, usize> = HashMap::new();
    for (order, candidate) in candidates.into_iter().enumerate() {
        let rank: Rank = (
            candidate.sort,
            candidate.keyword != IncrementKeyword::Feature,
            candidate.increment.count.is_some(),
            candidate.identity.version.clone(),
            Reverse(candidate.newest),
            order,
        );
        let id = candidate.identity.id();
        match by_id.get(&id) {
            Some(index) => {
                let (best, pool) = &mut pools[*index];
                if rank < *best {
                    *best = rank;
                }
                pool.increments.push(candidate.increment);
            }
            None => {
                by_id.insert(id, pools.len());
                pools.push((
                    rank,
                    Pool {
                        identity: Arc::new(candidate.identity),
                        increments: vec![candidate.increment],
                    },
                ));
            }
        }
    }
    pools.sort_by(|a, b| a.0.cmp(&b.0));
    pools.into_iter().map(|(_, pool)| pool).collect()
}
