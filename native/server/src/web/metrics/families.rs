//! The figures, family by family.

use std::fmt::Error;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use licensing_api::inventory::{InventoryRow, PoolStatus};
use licensing_store::COMMIT_BUCKETS;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use super::labels::{Labels, of_pool, of_vendor};
use super::{MOST_POOLS, Snapshot};
use crate::control::DaemonFigures;

/// Everything that is shown at one time, as a collector.
#[derive(Debug)]
pub(super) struct Families(pub(super) Snapshot);

/// Name, help and figure of a gauge that every pool has; none where the pool has no such figure.
type PoolGauge = (&'static str, &'static str, fn(&InventoryRow) -> Option<i64>);

const POOL_GAUGES: &[PoolGauge] = &[
    (
        "licensing_pool_seats_installed",
        "Seats that the license files grant, without overdraft",
        |row| counted(row, row.licenses_available),
    ),
    (
        "licensing_pool_seats_overdraft",
        "Seats beyond the installed ones that may be given out",
        |row| counted(row, row.license_overdraft),
    ),
    (
        "licensing_pool_seats_free",
        "Seats that anybody could have, with overdraft",
        |row| row.free.map(i64::from),
    ),
    (
        "licensing_pool_seats_in_use",
        "Seats out, with overdraft and burst",
        |row| Some(row.licenses_in_use.into()),
    ),
    (
        "licensing_pool_seats_overdraft_in_use",
        "How many of the seats in use are overdraft",
        |row| Some(row.overdraft_in_use.into()),
    ),
    (
        "licensing_pool_seats_burst",
        "How many of the seats in use exceed even the overdraft",
        |row| Some(row.burst.into()),
    ),
    (
        "licensing_pool_seats_borrowed",
        "How many of the seats in use are borrowed",
        |row| Some(row.borrowed.into()),
    ),
    (
        "licensing_pool_seats_reserved",
        "Seats set aside that nobody uses",
        |row| Some(row.reserved.into()),
    ),
    (
        "licensing_pool_requests_queued",
        "Requests that wait for seats",
        |row| Some(row.queued.into()),
    ),
    (
        "licensing_pool_serving",
        "Whether the pool gives out seats",
        |row| Some(i64::from(row.status == PoolStatus::Serving)),
    ),
    (
        "licensing_pool_expiry_timestamp_seconds",
        "First instant after the last valid day of the increment that ends first, in UTC",
        |row| row.license_expiration_date.and_then(end_of),
    ),
];

/// Uncounted pools have no number of seats.
fn counted(row: &InventoryRow, seats: u32) -> Option<i64> {
    (!row.uncounted).then_some(seats.into())
}

fn end_of(day: Date) -> Option<i64> {
    let next = day.tomorrow().ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), Error> {
        let encoder = &mut encoder;
        self.server(encoder)?;
        self.vendors(encoder)?;
        self.commits(encoder)?;
        self.pools(encoder)
    }
}

impl Families {
    fn server(&self, encoder: &mut DescriptorEncoder) -> Result<(), Error> {
        let mut info =
            encoder.encode_descriptor("licensing_server", "The license server", None, MetricType::Info)?;
        info.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
        gauges(
            encoder,
            "licensing_server_start_timestamp_seconds",
            "When the license server started",
            [(Labels::new(), self.0.started)],
        )?;
        let of_manager = self
            .0
            .connections
            .iter()
            .map(|(port, open)| (vec![("port", (*port).to_owned())], *open as u64));
        let of_daemons = self.answering().map(|(vendor, figures)| {
            let labels = vec![("port", format!("vendor daemon {vendor}"))];
            (labels, figures.connections)
        });
        gauges(
            encoder,
            "licensing_connections",
            "Open connections by port",
            of_manager
                .chain(of_daemons)
                .map(|(labels, open)| (labels, saturated(open))),
        )
    }

    fn vendors(&self, encoder: &mut DescriptorEncoder) -> Result<(), Error> {
        let up = self
            .0
            .vendors
            .iter()
            .map(|one| (of_vendor(&one.vendor), i64::from(one.figures.is_some())));
        gauges(
            encoder,
            "licensing_vendor_up",
            "Whether the vendor daemon answers",
            up,
        )?;
        let leases = self
            .answering()
            .map(|(vendor, figures)| (of_vendor(vendor), saturated(figures.seats.leases as u64)));
        gauges(encoder, "licensing_leases", "Leases held", leases)?;
        let granted = self
            .answering()
            .map(|(vendor, figures)| (of_vendor(vendor), figures.seats.granted));
        counters(
            encoder,
            "licensing_checkouts_granted",
            "Requests granted since the vendor daemon started",
            granted,
        )?;
        let denied = self.answering().flat_map(|(vendor, figures)| {
            figures.seats.denied.iter().map(move |(reason, times)| {
                let mut labels = of_vendor(vendor);
                labels.push(("reason", reason.name().to_owned()));
                (labels, *times)
            })
        });
        counters(
            encoder,
            "licensing_checkouts_denied",
            "Requests refused since the vendor daemon started, by reason",
            denied,
        )?;
        let audit = self
            .answering()
            .map(|(vendor, figures)| (of_vendor(vendor), figures.seats.audit_records));
        counters(encoder, "licensing_audit_records", "Audit records stored", audit)
    }

    fn commits(&self, encoder: &mut DescriptorEncoder) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "licensing_commit_duration",
            "Time that it takes to make a batch of changes durable",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (vendor, figures) in self.answering() {
            let bounds = COMMIT_BUCKETS.iter().copied().chain([f64::INFINITY]);
            let buckets: Vec<_> = bounds.zip(figures.seats.commits.iter().copied()).collect();
            let labels = of_vendor(vendor);
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                figures.seats.commit_seconds,
                figures.seats.commits.iter().sum(),
                &buckets,
                None,
            )?;
        }
        Ok(())
    }

    fn pools(&self, encoder: &mut DescriptorEncoder) -> Result<(), Error> {
        let pools = || self.0.vendors.iter().flat_map(|one| &one.pools);
        for (name, help, figure) in POOL_GAUGES {
            let values = pools()
                .take(MOST_POOLS)
                .filter_map(|row| Some((of_pool(row), figure(row)?)));
            gauges(encoder, name, help, values)?;
        }
        let left_out = pools().count().saturating_sub(MOST_POOLS);
        gauges(
            encoder,
            "licensing_pools_left_out",
            "Pools that are not shown because there are too many",
            [(Labels::new(), saturated(left_out as u64))],
        )
    }

    fn answering(&self) -> impl Iterator<Item = (&str, &DaemonFigures)> {
        let vendors = self.0.vendors.iter();
        vendors.filter_map(|one| Some((one.vendor.as_str(), one.figures.as_ref()?)))
    }
}

fn gauges(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, i64)>,
) -> Result<(), Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn counters(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) -> Result<(), Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in values {
        ConstCounter::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn saturated(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
