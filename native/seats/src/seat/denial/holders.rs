//! Who holds the seats of a feature when somebody is refused.

use std::collections::HashSet;

use crate::seat::denial::{HoldersThen, SeatHolder};
use crate::seat::ledger::Ledger;

/// Most holders that a denial tells of.
const TOLD: usize = 50;

impl Ledger {
    /// Who holds seats of a feature, those who have had them for longest.
    pub(in crate::seat) fn holders_of(&self, feature: &str) -> HoldersThen {
        let mut then = HoldersThen::default();
        let own = self.pools.serving(feature).concat();
        for pool in &own {
            then.seats = then.seats.saturating_add(self.pools[*pool].seats_out());
        }
        let mut pools = own.clone();
        // Those who hold another component of a suite have its seats, too.
        pools.extend(own.iter().flat_map(|pool| self.siblings(*pool)));
        let mut named = HashSet::new();
        for pool in pools.into_iter().filter(|pool| named.insert(*pool)) {
            let state = &self.pools[pool];
            let room = TOLD.saturating_sub(then.named.len());
            match &state.book {
                None => {
                    then.holders = then.holders.saturating_add(self.leases.number_of(pool));
                    let held = self.leases.of_pool(pool).take(room);
                    then.named.extend(held.map(|held| {
                        let [user, host, _, vendor_data, product] = held.names();
                        SeatHolder {
                            user: user.to_owned(),
                            device: if vendor_data.is_empty() { host } else { vendor_data }.to_owned(),
                            product: product.to_owned(),
                            count: held.count,
                            since_ms: held.since_ms,
                        }
                    }));
                }
                Some(book) => {
                    then.holders = then.holders.saturating_add(book.seats());
                    then.named.extend(book.some_assigned(room).into_iter().map(|one| {
                        let (user, device) = match one.to_user {
                            true => (one.shown, String::new()),
                            false => (String::new(), one.shown),
                        };
                        SeatHolder {
                            user,
                            device,
                            product: one.product,
                            count: 1,
                            since_ms: one.first_ms,
                        }
                    }));
                }
            }
        }
        then
    }
}
