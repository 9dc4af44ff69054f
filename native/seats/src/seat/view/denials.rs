//! What the ledger tells administrators of refused requests.

use licensing_api::denial::{DenialHolder, DenialRow, GetDenials};

use crate::seat::ledger::timestamp;
use crate::seat::view::Wanted;
use crate::seat::{DenialCount, DenialRecord, SeatHolder};

/// A compiled [`GetDenials`].
#[derive(Debug, Clone, Default)]
pub struct DenialFilter {
    wanted: Wanted,
    number: Option<i32>,
    since_ms: Option<i64>,
    until_ms: Option<i64>,
    limit: Option<usize>,
}

impl DenialFilter {
    /// Compiles a request.
    pub fn new(request: &GetDenials) -> Self {
        let wanted = Wanted::of(&request.feature, &request.vendor);
        Self {
            wanted: wanted.by(&request.user, &request.device),
            // Logs show numbers with their sign, people often write them without.
            number: request
                .number
                .map(|number| if number > 0 { -number } else { number }),
            since_ms: request.since.map(|since| since.as_millisecond()),
            until_ms: request.until.map(|until| until.as_millisecond()),
            limit: request.limit.and_then(|limit| usize::try_from(limit).ok()),
        }
    }

    /// Most rows wanted; without a limit more than there can be.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    /// The row of a denial; none when it is not asked for.
    pub fn row(&self, vendor: &str, record: DenialRecord, count: DenialCount) -> Option<DenialRow> {
        let wanted = self.wanted.fits_feature(&record.feature)
            && self.wanted.fits_vendor(vendor)
            && self
                .wanted
                .fits_holder(&record.holder.user, record.holder.device())
            && self
                .number
                .is_none_or(|number| number == record.denial.reason.number())
            && self.since_ms.is_none_or(|since| count.last_ms >= since)
            && self.until_ms.is_none_or(|until| record.first_ms <= until);
        wanted.then(|| row(vendor, record, count))
    }
}

fn row(vendor: &str, record: DenialRecord, count: DenialCount) -> DenialRow {
    let reason = record.denial.reason;
    let device = record.holder.device().to_owned();
    DenialRow {
        time: timestamp(record.first_ms),
        last_time: timestamp(count.last_ms),
        times: count.times,
        feature: record.feature,
        version: record.version,
        count: record.count,
        user: record.holder.user,
        device,
        host: record.holder.host,
        display: record.holder.display,
        product: record.holder.product,
        process_id: record.holder.process_id,
        number: reason.number(),
        reason: reason.name().to_owned(),
        text: reason.text().to_owned(),
        detail: record.denial.detail,
        action: reason.action().to_owned(),
        granted_later: count.granted_ms.is_some(),
        granted_at: count.granted_ms.map(timestamp),
        seats_out: record.then.seats,
        holder_count: record.then.holders,
        holders: record.then.named.into_iter().map(holder).collect(),
        vendor: vendor.to_owned(),
        denial_id: record.serial,
    }
}

fn holder(holder: SeatHolder) -> DenialHolder {
    DenialHolder {
        user: holder.user,
        device: holder.device,
        product: holder.product,
        count: holder.count,
        since: timestamp(holder.since_ms),
    }
}
