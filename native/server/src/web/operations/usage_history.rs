//! Use of seats over time.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_api::history::{
    ExportUsageReport, ForecastRow, GetForecast, GetUsageHistory, GetUsageSamples, GetUsageSampling,
    PoolSamplesRow, ReportFormat, UsageHistoryRow, UsageReportFile, UsageSampling,
};
use licensing_api::operation::op;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_reports::usage::UsageReport;

use crate::blocking::blocking;
use crate::daemon::usage_answers::{MOST_ROWS, period, too_many};
use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

/// Most features of a page with charts.
const MOST_CHARTS: usize = 1000;

impl Handler for op::GetUsageHistory {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetUsageHistory,
    ) -> Result<Rows<UsageHistoryRow>, Problem> {
        if !request.user.is_empty() && !request.per_user {
            let detail = "Users can be chosen only where each user has rows of their own (perUser).";
            return Err(Problem::new(ErrorCode::InvalidFilter, detail).about("user"));
        }
        let (since, until) = period(
            request.since,
            request.until,
            request.last_seconds,
            Timestamp::now(),
        )?;
        // All daemons list the same period.
        let asked = GetUsageHistory {
            since: Some(since),
            until: Some(until),
            last_seconds: None,
            ..request
        };
        let mut rows = services
            .ask_daemons::<Self, UsageHistoryRow>(&asked.vendor, &asked, call)
            .await?;
        rows.items.sort_by(|one, other| {
            (&one.feature, &one.vendor, &one.user, one.start).cmp(&(
                &other.feature,
                &other.vendor,
                &other.user,
                other.start,
            ))
        });
        if rows.items.len() > MOST_ROWS {
            return Err(too_many(&format!("{MOST_ROWS} rows")));
        }
        Ok(rows)
    }
}

impl Handler for op::GetUsageSamples {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetUsageSamples,
    ) -> Result<Rows<PoolSamplesRow>, Problem> {
        let since = request.since.unwrap_or(Timestamp::UNIX_EPOCH);
        let (since, until) = period(Some(since), request.until, None, Timestamp::now())?;
        let asked = GetUsageSamples {
            since: Some(since),
            until: Some(until),
            ..request
        };
        services
            .ask_daemons::<Self, PoolSamplesRow>(&asked.vendor, &asked, call)
            .await
    }
}

impl Handler for op::ExportUsageReport {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: ExportUsageReport,
    ) -> Result<UsageReportFile, Problem> {
        let made = Timestamp::now();
        let (since, until) = period(request.since, request.until, request.last_seconds, made)?;
        let history = GetUsageHistory {
            feature: request.feature.clone(),
            vendor: request.vendor.clone(),
            since: Some(since),
            until: Some(until),
            by: request.by,
            ..GetUsageHistory::default()
        };
        let rows = op::GetUsageHistory::handle(services, call, history).await?;
        let forecasts = services
            .ask_daemons::<op::GetForecast, ForecastRow>(
                &request.vendor,
                &GetForecast {
                    feature: request.feature.clone(),
                    vendor: request.vendor.clone(),
                },
                call,
            )
            .await?;
        let missing = rows.problems.iter().chain(&forecasts.problems);
        let mut missing: Vec<String> = missing
            .map(|problem| format!("{}: {}", problem.target, problem.detail))
            .collect();
        missing.dedup();
        let server = services.setup.config.now().host_name.clone();
        let report = UsageReport {
            server: server.clone(),
            since,
            until,
            made,
            missing: missing.clone(),
            forecasts: forecasts.items,
            rows: rows.items,
        };
        let format = request.format.unwrap_or_default();
        blocking(move || written(&report, format, &server, missing)).await?
    }
}

fn written(
    report: &UsageReport,
    format: ReportFormat,
    server: &str,
    missing: Vec<String>,
) -> Result<UsageReportFile, Problem> {
    let features = report.features();
    let (ending, content) = match format {
        ReportFormat::Csv => ("csv", report.csv()),
        ReportFormat::Json => ("json", report.json()),
        ReportFormat::Html if features > MOST_CHARTS => {
            let detail = format!("A page can have {MOST_CHARTS} charts; there are {features} features.");
            return Err(Problem::new(ErrorCode::RequestTooLarge, detail)
                .advise("Choose features with -Feature, or another format."));
        }
        ReportFormat::Html => ("html", report.html(&TimeZone::system())),
    };
    let content = content.map_err(|error| Problem::new(ErrorCode::UnknownError, format!("{error}.")))?;
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '.' {
            c
        } else {
            '-'
        }
    };
    let server: String = server.chars().map(plain).collect();
    Ok(UsageReportFile {
        file_name: format!("usage-{server}-{}.{ending}", report.until.strftime("%Y-%m-%d")),
        features: u32::try_from(features).unwrap_or(u32::MAX),
        content,
        missing,
    })
}

impl Handler for op::GetUsageSampling {
    async fn handle(services: &WebServices, _: &Call, _: GetUsageSampling) -> Result<UsageSampling, Problem> {
        let sampling = services.setup.config.now().usage.sampling();
        let periods = services.setup.daemons.sampled_periods().await;
        Ok(UsageSampling {
            enabled: sampling.enabled,
            polling_interval: sampling.enabled.then_some(sampling.minutes),
            retention_period: sampling.days,
            earliest_sample_time: periods.iter().map(|(first, _)| *first).min(),
            latest_sample_time: periods.iter().map(|(_, last)| *last).max(),
        })
    }
}
