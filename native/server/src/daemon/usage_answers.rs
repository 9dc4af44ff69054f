//! What a vendor daemon answers about the use of its seats over time.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use licensing_api::history::{
    ForecastKind, ForecastRow, GetForecast, GetUsageHistory, GetUsageSamples, HistoryStep, PoolSamplesRow,
    UsageHistoryRow, UsageSample,
};
use licensing_api::operation::op;
use licensing_api::usage::{GetUsage, LicenseModel};
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_management::capacity::{DayPeak, Forecast, NoForecast, forecast};
use licensing_management::usage::{FeatureUse, Step, UserEvent, UserUse, UserUses};
use licensing_seats::audit::{AuditField, AuditKind, AuditRecord};
use licensing_seats::wildcard::Wildcards;
use licensing_store::{FeatureHistory, PoolSamples};

use super::answers::Answer;
use super::manager_requests::ManagerRequests;
use crate::blocking::blocking;

/// Most rows of one answer.
pub(crate) const MOST_ROWS: usize = 250_000;
/// Most samples of one answer.
const MOST_SAMPLES: usize = 1_000_000;
/// Most events of leases that rows of users are made of.
const MOST_EVENTS: usize = 5_000_000;
/// Days of history that a list has unless it says otherwise.
const USUAL_DAYS: i64 = 30;
/// Days that a forecast looks back at most.
const FORECAST_DAYS: i64 = 366;

/// The period that a request means: since and until.
///
/// # Errors
/// `InvalidStartDateOrEndDate` when it begins after its end, `InvalidFilter` when it is given twice.
pub(crate) fn period(
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    last_seconds: Option<u64>,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Problem> {
    let until = until.unwrap_or(now);
    let back = |length: SignedDuration| until.checked_sub(length).unwrap_or(Timestamp::MIN);
    let since = match (since, last_seconds) {
        (Some(_), Some(_)) => {
            let detail = "Give either since or last, not both.";
            return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("last"));
        }
        (Some(since), None) => since,
        (None, Some(seconds)) => back(SignedDuration::from_secs(
            i64::try_from(seconds).unwrap_or(i64::MAX),
        )),
        (None, None) => back(SignedDuration::from_hours(24 * USUAL_DAYS)),
    };
    if since > until {
        let detail = format!("The period begins at {since} and ends at {until}.");
        return Err(Problem::new(ErrorCode::InvalidStartDateOrEndDate, detail).about("since"));
    }
    Ok((since, until))
}

/// An answer that is larger than any is.
pub(crate) fn too_many(what: &str) -> Problem {
    Problem::new(
        ErrorCode::RequestTooLarge,
        format!("The answer would have more than {what}."),
    )
    .advise("Ask for fewer features, a shorter period, or longer rows.")
}

fn step(by: HistoryStep) -> Step {
    match by {
        HistoryStep::Hour => Step::Hour,
        HistoryStep::Day => Step::Day,
        HistoryStep::Month => Step::Month,
    }
}

impl Answer for op::GetUsageHistory {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetUsageHistory,
        _: &str,
    ) -> Result<Rows<UsageHistoryRow>, Problem> {
        let (since, until) = period(
            request.since,
            request.until,
            request.last_seconds,
            Timestamp::now(),
        )?;
        let by = request.by.unwrap_or_default();
        if request.per_user {
            return per_user(daemon, &request, since, until, by).await;
        }
        let history = daemon.usage.now().await?;
        let vendor = daemon.vendor.clone();
        blocking(move || {
            let wanted = Wildcards::new(&request.feature);
            let features = history.features(since, until, |feature| wanted.matches(feature));
            let features = features.map_err(|error| error.problem())?;
            let mut rows = Vec::new();
            for FeatureHistory { feature, hours } in features {
                let uses = hours.history(since, until, step(by), &TimeZone::system());
                rows.extend(uses.into_iter().map(|used| row(&vendor, &feature, used)));
                if rows.len() > MOST_ROWS {
                    return Err(too_many(&format!("{MOST_ROWS} rows")));
                }
            }
            Ok(rows.into())
        })
        .await?
    }
}

/// Rows of each user, from the audit.
async fn per_user(
    daemon: &ManagerRequests,
    request: &GetUsageHistory,
    since: Timestamp,
    until: Timestamp,
    by: HistoryStep,
) -> Result<Rows<UsageHistoryRow>, Problem> {
    let (features, users) = (Wildcards::new(&request.feature), Wildcards::new(&request.user));
    let is_wanted = move |feature: &str, user: &str| features.matches(feature) && users.matches(user);
    let wanted = is_wanted.clone();
    let uses = UserUses::new(since, until);
    let read = daemon
        .seats
        .audit_period(since, until, uses, move |uses, record| {
            if uses.len() <= MOST_EVENTS
                && let Some(event) = event_of(record)
            {
                let text = |field| record.text(field).unwrap_or_default();
                let (feature, user) = (text(AuditField::Feature), text(AuditField::User));
                if wanted(feature, user) {
                    uses.note(record.at, feature, user, event);
                }
            }
        });
    let uses = read.await.map_err(|error| error.problem())?;
    if uses.len() > MOST_EVENTS {
        return Err(Problem::new(
            ErrorCode::RequestTooLarge,
            format!("There are more than {MOST_EVENTS} events in this period."),
        )
        .advise("Ask for a shorter period, or for certain features or users."));
    }
    let (seats, vendor) = (daemon.seats.clone(), daemon.vendor.clone());
    blocking(move || {
        let held: Vec<_> = seats
            .usage(&GetUsage::default())
            .into_iter()
            .filter(|row| row.since < since && row.license_model_type == LicenseModel::Concurrent)
            .filter(|row| is_wanted(&row.feature, &row.user))
            .map(|row| (row.feature, row.user, row.count))
            .collect();
        let rows = uses.rows(&held, step(by), &TimeZone::system(), MOST_ROWS);
        let rows = rows.ok_or_else(|| too_many(&format!("{MOST_ROWS} rows")))?;
        let rows: Vec<_> = rows.into_iter().map(|used| user_row(&vendor, used)).collect();
        Ok(rows.into())
    })
    .await?
}

fn event_of(record: &AuditRecord) -> Option<UserEvent> {
    let number = |field| record.number(field);
    let count = number(AuditField::Count).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
    match AuditKind::from_number(record.kind)? {
        AuditKind::LeaseOpened => {
            number(AuditField::Serial).map(|serial| UserEvent::Opened { serial, count })
        }
        AuditKind::LeaseClosed => {
            number(AuditField::Serial).map(|serial| UserEvent::Closed { serial, count })
        }
        AuditKind::Denied => Some(UserEvent::Denied),
        AuditKind::Started
        | AuditKind::Stopped
        | AuditKind::PoolsReplaced
        | AuditKind::RulesReplaced
        | AuditKind::LeaseLingers
        | AuditKind::PairAdded
        | AuditKind::PairReleased
        | AuditKind::BurstStarted
        | AuditKind::BurstEnded
        | AuditKind::ClockJumped
        | AuditKind::StorageRecovered
        | AuditKind::SegmentSealed
        | AuditKind::SegmentRemoved
        | AuditKind::Administered => None,
    }
}

fn user_row(vendor: &str, used: UserUse) -> UsageHistoryRow {
    UsageHistoryRow {
        start: used.start,
        feature: used.feature,
        user: used.user,
        peak: used.peak,
        average: Some(rounded(used.average)),
        installed: None,
        overdraft: 0,
        denials: used.denials,
        checkouts: Some(used.checkouts),
        vendor: vendor.to_owned(),
    }
}

fn row(vendor: &str, feature: &str, used: FeatureUse) -> UsageHistoryRow {
    UsageHistoryRow {
        start: used.start,
        feature: feature.to_owned(),
        user: String::new(),
        peak: used.peak,
        average: used.average.map(rounded),
        installed: used.installed,
        overdraft: used.overdraft,
        denials: used.denials,
        checkouts: None,
        vendor: vendor.to_owned(),
    }
}

/// With two decimals: more would be noise.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl Answer for op::GetUsageSamples {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetUsageSamples,
        _: &str,
    ) -> Result<Rows<PoolSamplesRow>, Problem> {
        let since = request.since.unwrap_or(Timestamp::UNIX_EPOCH);
        let (since, until) = period(Some(since), request.until, None, Timestamp::now())?;
        let history = daemon.usage.now().await?;
        let vendor = daemon.vendor.clone();
        blocking(move || {
            let wanted = Wildcards::new(&request.feature);
            let pools = history.samples(since, until, MOST_SAMPLES, |feature| wanted.matches(feature));
            let pools = pools.map_err(|error| error.problem())?;
            let pools = pools.ok_or_else(|| too_many(&format!("{MOST_SAMPLES} samples")))?;
            let rows: Vec<_> = pools.into_iter().map(|pool| samples_row(&vendor, pool)).collect();
            Ok(rows.into())
        })
        .await?
    }
}

fn samples_row(vendor: &str, pool: PoolSamples) -> PoolSamplesRow {
    let samples = pool.samples.into_iter();
    PoolSamplesRow {
        feature: pool.feature,
        version: pool.version,
        license_type: pool.terms.license_type,
        expires: pool.terms.expires,
        installed: pool.terms.installed,
        overdraft: pool.terms.overdraft,
        serial_numbers: pool.terms.serial_numbers,
        vendor_string: pool.terms.vendor_string,
        start_dates: pool.terms.start_dates,
        issue_date: pool.terms.issue_date,
        notices: pool.terms.notices,
        vendor: vendor.to_owned(),
        pool_id: pool.name,
        samples: samples.map(|(at, count)| UsageSample { at, count }).collect(),
    }
}

impl Answer for op::GetForecast {
    async fn answer(
        daemon: &ManagerRequests,
        request: GetForecast,
        _: &str,
    ) -> Result<Rows<ForecastRow>, Problem> {
        let until = Timestamp::now();
        let since = until
            .checked_sub(SignedDuration::from_hours(24 * FORECAST_DAYS))
            .unwrap_or(Timestamp::MIN);
        let history = daemon.usage.now().await?;
        let vendor = daemon.vendor.clone();
        blocking(move || {
            let wanted = Wildcards::new(&request.feature);
            let features = history.features(since, until, |feature| wanted.matches(feature));
            let rows: Vec<_> = features
                .map_err(|error| error.problem())?
                .into_iter()
                .filter_map(|feature| forecast_row(&vendor, feature, since, until))
                .collect();
            Ok(rows.into())
        })
        .await?
    }
}

/// None for a feature that has no seats any more.
fn forecast_row(
    vendor: &str,
    FeatureHistory { feature, hours }: FeatureHistory,
    since: Timestamp,
    until: Timestamp,
) -> Option<ForecastRow> {
    let zone = TimeZone::system();
    let days = hours.history(since, until, Step::Day, &zone);
    let installed = hours.history(since, until, Step::Hour, &zone).last()?.installed;
    if installed == Some(0) {
        return None;
    }
    let peaks: Vec<DayPeak> = days
        .iter()
        .map(|day| DayPeak {
            day: day.start.to_zoned(zone.clone()).date(),
            peak: day.peak,
        })
        .collect();
    let mut row = ForecastRow {
        feature,
        installed,
        peak: peaks.iter().map(|day| day.peak).max().unwrap_or(0),
        forecast: ForecastKind::OutNow,
        runs_out: None,
        earliest: None,
        latest: None,
        seats_per_year: None,
        days: u32::try_from(peaks.len()).unwrap_or(u32::MAX),
        vendor: vendor.to_owned(),
    };
    match forecast(&peaks, installed) {
        Forecast::OutNow => {}
        Forecast::RunsOut {
            expected,
            earliest,
            latest,
            seats_per_year,
        } => {
            row.forecast = ForecastKind::RunsOut;
            row.runs_out = Some(expected);
            row.earliest = Some(earliest);
            row.latest = latest;
            row.seats_per_year = Some(rounded(seats_per_year));
        }
        Forecast::None { reason } => {
            row.forecast = match reason {
                NoForecast::TooFewWeeks => ForecastKind::TooFewWeeks,
                NoForecast::NoGrowth => ForecastKind::NoGrowth,
                NoForecast::TooFar => ForecastKind::TooFar,
                NoForecast::Uncounted => ForecastKind::Uncounted,
            }
        }
    }
    Some(row)
}
