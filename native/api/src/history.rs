//! Use of seats over time: history, samples, forecast and reports.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// How long the rows of a history are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum HistoryStep {
    /// An hour of UTC.
    Hour,
    /// A day of the server's time zone.
    #[default]
    Day,
    /// A month of the server's time zone.
    Month,
}

/// Lists how many seats were in use in each hour, day or month.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetUsageHistory {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Users, wildcards allowed; only with `perUser`.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub user: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// The first instant; 30 days before `until` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The instant at which it ends; now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How far back from `until` it begins, in seconds; in place of `since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seconds: Option<u64>,
    /// How long each row is; `Day` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<HistoryStep>,
    /// Whether each user has rows of their own, made from the audit.
    pub per_user: bool,
}

/// Use of one feature in an hour, a day or a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageHistoryRow {
    /// When it begins.
    #[schemars(extend("x-column" = column(1)))]
    pub start: Timestamp,
    /// Feature; it goes on when its license is renewed.
    #[schemars(extend("x-column" = column(2)))]
    pub feature: String,
    /// User; empty unless each user has rows of their own.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(default)]
    pub user: String,
    /// Most seats in use at any instant, counted from every checkout and checkin.
    #[schemars(extend("x-column" = column(4)))]
    pub peak: u32,
    /// Mean of the seats in use; absent where the server did not run.
    #[schemars(extend("x-column" = column(5).wide()))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// Most seats installed, without overdraft; absent when they were not counted, and in rows of a user.
    #[schemars(extend("x-column" = column(6)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<u32>,
    /// Most seats in use beyond those installed: overdraft and burst.
    #[schemars(extend("x-column" = column(7)))]
    pub overdraft: u32,
    /// Requests that were refused.
    #[schemars(extend("x-column" = column(8)))]
    pub denials: u64,
    /// Checkouts of the user; absent in rows of a feature.
    #[schemars(extend("x-column" = column(9).wide()))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkouts: Option<u64>,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(10).wide()))]
    pub vendor: String,
}

/// Lists the samples of each pool.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetUsageSamples {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// The first instant; all that is kept when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last instant; now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Seats in use at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSample {
    /// When.
    pub at: Timestamp,
    /// Seats in use.
    pub count: u32,
}

/// The samples of one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolSamplesRow {
    /// Feature.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Version as printed, `yyyy.mmdd` for dates.
    #[schemars(extend("x-column" = column(2)))]
    pub version: String,
    /// License type.
    #[schemars(extend("x-column" = column(3)))]
    pub license_type: String,
    /// Last valid day of the increment that ends first; absent when nothing expires.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Seats installed, without overdraft; absent when they are not counted.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<u32>,
    /// Further seats that may be given out.
    #[schemars(extend("x-column" = column(6)))]
    pub overdraft: u32,
    /// Serial numbers of its licenses.
    pub serial_numbers: Vec<String>,
    /// Vendor string of its first license; empty without one.
    pub vendor_string: String,
    /// First valid days of its licenses; empty when all of them started at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub start_dates: Vec<Date>,
    /// Day on which the latest of its licenses was issued; absent when none says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
    /// What its licenses say to whoever reads them (NOTICE).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(7).wide()))]
    pub vendor: String,
    /// Names the pool in all lists of this server.
    pub pool_id: String,
    /// The samples, oldest first.
    pub samples: Vec<UsageSample>,
}

/// Shows when seats run out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetForecast {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
}

/// What can be said about the day on which the seats of a feature run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ForecastKind {
    /// All seats were in use at the latest peak.
    OutNow,
    /// They run out.
    RunsOut,
    /// Fewer than eight whole weeks are known.
    TooFewWeeks,
    /// Use does not grow, or so little that chance explains it.
    NoGrowth,
    /// Seats last beyond what the history can tell.
    TooFar,
    /// The license is not counted.
    Uncounted,
}

/// When the seats of a feature run out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForecastRow {
    /// Feature.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Seats installed; absent when they are not counted.
    #[schemars(extend("x-column" = column(2)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<u32>,
    /// Most seats in use on any day that is known.
    #[schemars(extend("x-column" = column(3)))]
    pub peak: u32,
    /// What can be said.
    #[schemars(extend("x-column" = column(4)))]
    pub forecast: ForecastKind,
    /// Day on which seats most likely run out.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs_out: Option<Date>,
    /// Hardly before this day: in about 95 of 100 cases it is later.
    #[schemars(extend("x-column" = column(6)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Date>,
    /// Hardly after this day; absent when that is beyond what can be seen.
    #[schemars(extend("x-column" = column(7)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Date>,
    /// Seats by which the weekly peak grows in a year.
    #[schemars(extend("x-column" = column(8).wide()))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats_per_year: Option<f64>,
    /// Days with a known peak.
    #[schemars(extend("x-column" = column(9).wide()))]
    pub days: u32,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(10).wide()))]
    pub vendor: String,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ReportFormat {
    /// Comma-separated values, one line for each row of the history.
    Csv,
    /// JSON: the rows of the history, and the forecasts.
    Json,
    /// One page that needs nothing else, with charts.
    #[default]
    Html,
}

/// Makes a report of the use of seats.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExportUsageReport {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// The first instant; 30 days before `until` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The instant at which it ends; now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How far back from `until` it begins, in seconds; in place of `since`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seconds: Option<u64>,
    /// How long each row is; `Day` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<HistoryStep>,
    /// Form of the report; `Html` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<ReportFormat>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageReportFile {
    /// Name for the file.
    pub file_name: String,
    /// Features in it.
    pub features: u32,
    /// The file.
    pub content: String,
    /// Vendor daemons that are missing in it, with the reason; empty when it is complete.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// Shows whether and how often samples of the seats in use are taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetUsageSampling {}

/// Whether and how often samples are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSampling {
    /// Whether they are.
    pub enabled: bool,
    /// Minutes between two of them; absent when none are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polling_interval: Option<u32>,
    /// Days for which they are kept.
    pub retention_period: u32,
    /// The first that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest_sample_time: Option<Timestamp>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_sample_time: Option<Timestamp>,
}
