//! What an options file says, for the ledger and for the model.

use jiff::civil::Date;
use licensing_license_file::options_file;
use licensing_seats::policy::{LineFacts, Policy, PoolFacts};
use licensing_seats::pool::{Pool, PoolSet};
use licensing_seats::seat::SeatRules;

/// Compiles the lines of an options file.
pub(super) fn policy(lines: &[String]) -> Policy {
    let text = lines.join("\n");
    Policy::compile(&options_file::parse(text.as_bytes())).0
}

/// What rules can know of pools that come from no file.
pub(super) fn facts(pools: &[Pool], today: Date) -> Vec<PoolFacts> {
    pools
        .iter()
        .map(|pool| PoolFacts {
            feature: pool.identity.feature.clone(),
            lines: vec![LineFacts::dated(pool.identity.version.clone(), None)],
            seats: pool.capacity(today).count,
            ..PoolFacts::default()
        })
        .collect()
}

pub(super) fn bind(lines: &[String], pools: &PoolSet, today: Date) -> SeatRules {
    SeatRules::bind(policy(lines), pools, &facts(&pools.pools, today)).0
}
