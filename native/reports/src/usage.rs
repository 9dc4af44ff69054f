//! Reports of the history of use.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_api::history::{ForecastKind, ForecastRow, UsageHistoryRow};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;

use crate::chart::{Bar, Chart, ChartError, svg};

/// Everything that a report says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// Name of the license server.
    pub server: String,
    /// Begin of the period.
    pub since: Timestamp,
    /// End of the period.
    pub until: Timestamp,
    /// When the report was made.
    pub made: Timestamp,
    /// Vendor daemons that are missing, with the reason.
    pub missing: Vec<String>,
    /// When seats run out.
    pub forecasts: Vec<ForecastRow>,
    /// The rows, those of a feature together and ascending.
    pub rows: Vec<UsageHistoryRow>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The rows cannot be written.
    #[error("the rows cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// The JSON cannot be written.
    #[error("the JSON cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .3rem}table{border-collapse:collapse;width:100%}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #ddd}th:first-child,td:first-child{text-align:left}
.missing{color:#b82c2c}.legend span{margin-right:1.2rem}.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.3rem}";

/// What a feature comes to over the whole period.
struct Sum<'a> {
    feature: &'a str,
    vendor: &'a str,
    rows: Vec<&'a UsageHistoryRow>,
}

impl Sum<'_> {
    fn peak(&self) -> u32 {
        self.rows.iter().map(|row| row.peak).max().unwrap_or(0)
    }

    fn overdraft(&self) -> u32 {
        self.rows.iter().map(|row| row.overdraft).max().unwrap_or(0)
    }

    fn denials(&self) -> u64 {
        self.rows.iter().map(|row| row.denials).sum()
    }

    fn installed(&self) -> Option<u32> {
        self.rows.last().and_then(|row| row.installed)
    }
}

impl UsageReport {
    /// Number of features.
    pub fn features(&self) -> usize {
        self.sums().len()
    }

    fn sums(&self) -> Vec<Sum<'_>> {
        let mut sums: BTreeMap<(String, &str), Sum<'_>> = BTreeMap::new();
        for row in &self.rows {
            sums.entry((row.feature.to_lowercase(), &row.vendor))
                .or_insert_with(|| Sum {
                    feature: &row.feature,
                    vendor: &row.vendor,
                    rows: Vec::new(),
                })
                .rows
                .push(row);
        }
        sums.into_values().collect()
    }

    /// Comma-separated values with a line of names, one line for each row.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn csv(&self) -> Result<String, ReportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([
            "Start",
            "Feature",
            "Vendor",
            "Peak",
            "Average",
            "Installed",
            "Overdraft",
            "Denials",
        ])?;
        for row in &self.rows {
            let number = |number: Option<String>| number.unwrap_or_default();
            writer.write_record([
                row.start.to_string(),
                literal(&row.feature),
                literal(&row.vendor),
                row.peak.to_string(),
                number(row.average.map(|average| average.to_string())),
                number(row.installed.map(|seats| seats.to_string())),
                row.overdraft.to_string(),
                row.denials.to_string(),
            ])?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// JSON with everything.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn json(&self) -> Result<String, ReportError> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// One page that loads nothing and runs no script: a table over all features, and a chart for each.
    ///
    /// # Errors
    /// When a chart cannot be drawn.
    pub fn html(&self, zone: &TimeZone) -> Result<String, ReportError> {
        let sums = self.sums();
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date().to_string();
        let mut charts = Vec::with_capacity(sums.len());
        for sum in &sums {
            let bars: Vec<Bar> = sum.rows.iter().map(|row| bar(row)).collect();
            let chart = Chart {
                bars: &bars,
                end: self.until,
                zone,
            };
            charts.push(svg(&chart)?);
        }
        let title = format!("Use of seats of {}", self.server);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { (title) }
                    p { (day(self.since)) " to " (day(self.until)) ", made " (self.made.strftime("%Y-%m-%d %H:%M UTC").to_string()) }
                    @for missing in &self.missing { p.missing { "Missing: " (missing) } }
                    (legend())
                    (self.table(&sums))
                    @for (sum, chart) in sums.iter().zip(&charts) {
                        section {
                            h2 { (sum.feature) " (" (sum.vendor) ")" }
                            (PreEscaped(chart))
                        }
                    }
                }
            }
        };
        Ok(page.into_string())
    }

    fn table(&self, sums: &[Sum<'_>]) -> Markup {
        let seats =
            |seats: Option<u32>| seats.map_or_else(|| "uncounted".to_owned(), |seats| seats.to_string());
        html! {
            table {
                thead { tr { th { "Feature" } th { "Installed" } th { "Peak" } th { "Overdraft" } th { "Denials" } th { "Seats run out" } } }
                tbody {
                    @for sum in sums {
                        tr {
                            td { (sum.feature) }
                            td { (seats(sum.installed())) }
                            td { (sum.peak()) }
                            td { (sum.overdraft()) }
                            td { (sum.denials()) }
                            td { (self.forecast_of(sum)) }
                        }
                    }
                }
            }
        }
    }

    fn forecast_of(&self, sum: &Sum<'_>) -> String {
        let found = self
            .forecasts
            .iter()
            .find(|row| row.vendor == sum.vendor && row.feature.eq_ignore_ascii_case(sum.feature));
        let Some(row) = found else { return String::new() };
        match (row.forecast, row.runs_out, row.earliest) {
            (ForecastKind::OutNow, _, _) => "out now".to_owned(),
            (ForecastKind::RunsOut, Some(expected), Some(earliest)) => {
                let latest = row
                    .latest
                    .map_or_else(|| "later".to_owned(), |latest| latest.to_string());
                format!("{expected} ({earliest} to {latest})")
            }
            (ForecastKind::RunsOut, _, _) => String::new(),
            (ForecastKind::TooFewWeeks, _, _) => "too early to say".to_owned(),
            (ForecastKind::NoGrowth, _, _) => "no growth".to_owned(),
            (ForecastKind::TooFar, _, _) => "not foreseeable".to_owned(),
            (ForecastKind::Uncounted, _, _) => "never".to_owned(),
        }
    }
}

fn legend() -> Markup {
    html! {
        p.legend {
            span { i style="background:#2f6db5" {} "most seats in use" }
            span { i style="background:#d9821f" {} "of them beyond what is installed" }
            span { i style="background:#333;height:.2rem;vertical-align:middle" {} "installed" }
            span { i style="background:#b82c2c" {} "requests were refused" }
        }
    }
}

fn bar(row: &UsageHistoryRow) -> Bar {
    Bar {
        start: row.start,
        peak: row.peak,
        overdraft: row.overdraft,
        installed: row.installed,
        denials: row.denials,
    }
}

/// A text that no spreadsheet takes for a formula.
fn literal(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        Some(_) | None => text.to_owned(),
    }
}
