//! Who waits, as administrators see it.

use std::collections::HashMap;

use licensing_api::queue::{GetQueue, QueueRow};

use crate::Moment;
use crate::seat::ledger::{Ledger, timestamp};
use crate::seat::view::Wanted;

use super::Waiter;

/// A compiled [`GetQueue`].
#[derive(Debug, Clone, Default)]
pub struct QueueFilter(Wanted);

impl QueueFilter {
    /// Compiles a request.
    pub fn new(request: &GetQueue) -> Self {
        Self(Wanted::of(&request.feature, &request.vendor).by(&request.user, &request.device))
    }

    fn fits(&self, row: &QueueRow) -> bool {
        self.0.fits_feature(&row.feature)
            && self.0.fits_holder(&row.user, &row.device)
            && self.0.fits_vendor(&row.vendor)
    }
}

impl Ledger {
    /// Requests that wait for each pool; one that several pools could serve counts at the first of them.
    pub(in crate::seat) fn waiting_by_pool(&self) -> HashMap<u32, u32> {
        let mut waiting = HashMap::new();
        for waiter in self.queue.lines.values().flat_map(|line| line.waiters.values()) {
            *waiting.entry(waiter.pool).or_insert(0) += 1;
        }
        waiting
    }

    /// Who waits, line by line, in order.
    pub fn queue_rows(&self, filter: &QueueFilter, now: Moment) -> Vec<QueueRow> {
        let mut rows = Vec::new();
        for line in self.queue.lines.values() {
            let mut positions: HashMap<&str, u32> = HashMap::new();
            for waiter in line.waiters.values() {
                let position = positions.entry(&waiter.feature).or_insert(0);
                *position += 1;
                rows.extend(self.queue_row(*position, waiter, now));
            }
        }
        rows.retain(|row| filter.fits(row));
        rows
    }

    fn queue_row(&self, position: u32, waiter: &Waiter, now: Moment) -> Option<QueueRow> {
        let request = &waiter.request;
        let own = self.pools.of_feature(&waiter.feature).first();
        let spelled = own.map(|pool| &self.pools[*pool].pool.identity.feature);
        let kept_until = waiter.gone_until_ms.map(|until| {
            let left = until.saturating_sub(now.monotonic_ms);
            timestamp(now.wall.as_millisecond().saturating_add_unsigned(left))
        });
        Some(QueueRow {
            position,
            feature: spelled.unwrap_or(&request.feature).clone(),
            version: request.version.clone(),
            count: request.count,
            user: request.holder.user.clone(),
            device: request.holder.device().to_owned(),
            host: request.holder.host.clone(),
            display: request.holder.display.clone(),
            product: request.holder.product.clone(),
            process_id: request.holder.process_id,
            since: timestamp(waiter.since_ms),
            kept_until,
            passed_until: self.passed_until_ms(waiter).map(|until| {
                let time = until.saturating_sub(waiter.since_monotonic_ms);
                timestamp(waiter.since_ms.saturating_add_unsigned(time))
            }),
            vendor: self.pools.get(waiter.pool)?.pool.identity.vendor.clone(),
        })
    }
}
