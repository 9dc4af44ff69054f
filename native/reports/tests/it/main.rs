//! Charts and reports.
#![allow(clippy::unwrap_used, clippy::panic)]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_api::history::{ForecastKind, ForecastRow, UsageHistoryRow};
use licensing_reports::chart::{Bar, Chart, svg};
use licensing_reports::usage::UsageReport;
use quick_xml::Reader;
use quick_xml::events::Event;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn row(start: &str, feature: &str, peak: u32, denials: u64) -> UsageHistoryRow {
    UsageHistoryRow {
        start: at(start),
        feature: feature.to_owned(),
        user: String::new(),
        peak,
        average: Some(1.5),
        installed: Some(10),
        overdraft: peak.saturating_sub(10),
        denials,
        checkouts: None,
        vendor: "ACME".to_owned(),
    }
}

fn report(rows: Vec<UsageHistoryRow>) -> UsageReport {
    UsageReport {
        server: "lic<1>".to_owned(),
        since: at("2026-11-01T00:00:00Z"),
        until: at("2026-11-03T00:00:00Z"),
        made: at("2026-11-03T00:00:00Z"),
        missing: vec!["BOLT: it is down & out".to_owned()],
        forecasts: vec![ForecastRow {
            feature: "CAD".to_owned(),
            installed: Some(10),
            peak: 12,
            forecast: ForecastKind::RunsOut,
            runs_out: Some("2027-01-10".parse().unwrap()),
            earliest: Some("2026-12-20".parse().unwrap()),
            latest: None,
            seats_per_year: Some(8.0),
            days: 90,
            vendor: "ACME".to_owned(),
        }],
        rows,
    }
}

/// Every element of a document, by name; panics where it is not well-formed.
fn elements(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

fn colored(text: &str, color: &str) -> usize {
    text.matches(&format!("fill=\"{color}\"")).count()
}

#[test]
fn a_chart_shows_use_overdraft_installed_seats_and_denials() {
    let bars: Vec<Bar> = [(4, 0, 0), (12, 2, 3), (0, 0, 1)]
        .iter()
        .enumerate()
        .map(|(day, (peak, overdraft, denials))| Bar {
            start: at(&format!("2026-11-0{}T00:00:00Z", day + 1)),
            peak: *peak,
            overdraft: *overdraft,
            installed: Some(10),
            denials: *denials,
        })
        .collect();
    let chart = svg(&Chart {
        bars: &bars,
        end: at("2026-11-04T00:00:00Z"),
        zone: &TimeZone::UTC,
    })
    .unwrap();
    let names = elements(&chart);
    assert_eq!(names.first().map(String::as_str), Some("svg"));
    assert!(names.iter().all(|name| name != "script" && name != "image"));
    assert_eq!(colored(&chart, "#2F6DB5"), 3, "a bar for each day");
    assert_eq!(colored(&chart, "#D9821F"), 1, "one of them with overdraft");
    assert_eq!(colored(&chart, "#B82C2C"), 2, "denials on two days");
    assert!(chart.contains("11-02 00:00"), "{chart}");
}

#[test]
fn years_of_hours_become_a_chart_of_bounded_size() {
    let bars: Vec<Bar> = (0..5 * 8_784)
        .map(|hour| Bar {
            start: Timestamp::from_second(hour * 3600).unwrap(),
            peak: u32::try_from(hour % 97).unwrap(),
            overdraft: 0,
            installed: None,
            denials: 0,
        })
        .collect();
    let end = Timestamp::from_second(5 * 8_784 * 3600).unwrap();
    let chart = svg(&Chart {
        bars: &bars,
        end,
        zone: &TimeZone::UTC,
    })
    .unwrap();
    assert!(chart.len() < 200_000, "{} bytes", chart.len());
    for year in ["1970-01", "1972-01", "1974-01"] {
        assert!(chart.contains(year), "{year}");
    }
}

#[test]
fn a_chart_of_nothing_says_so() {
    let end = at("2026-11-04T00:00:00Z");
    let chart = svg(&Chart {
        bars: &[],
        end,
        zone: &TimeZone::UTC,
    })
    .unwrap();
    assert!(chart.contains("Nothing was observed."));
}

#[test]
fn the_page_stands_alone_and_escapes_what_it_shows() {
    let report = report(vec![
        row("2026-11-01T00:00:00Z", "CAD", 4, 0),
        row("2026-11-02T00:00:00Z", "CAD", 12, 3),
        row("2026-11-01T00:00:00Z", "<b>", 1, 0),
    ]);
    let page = report.html(&TimeZone::UTC).unwrap();
    assert_eq!(report.features(), 2);
    assert_eq!(page.matches("<svg ").count(), 2);
    assert!(page.contains("lic&lt;1&gt;") && page.contains("&lt;b&gt;") && !page.contains("<b>"));
    assert!(page.contains("it is down &amp; out"));
    assert!(page.contains("2027-01-10 (2026-12-20 to later)"), "{page}");
    for foreign in ["<script", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    // The one address is the name of the SVG namespace.
    assert!(page.matches("http").count() == page.matches("http://www.w3.org/2000/svg").count());
}

#[test]
fn comma_separated_values_hold_every_row_and_no_formula() {
    let rows = vec![
        row("2026-11-01T00:00:00Z", "=cmd", 4, 0),
        row("2026-11-02T00:00:00Z", "A,B", 12, 3),
    ];
    let text = report(rows).csv().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Start,Feature,Vendor,Peak,Average,Installed,Overdraft,Denials"
    );
    assert_eq!(lines[1], "2026-11-01T00:00:00Z,'=cmd,ACME,4,1.5,10,0,0");
    assert_eq!(lines[2], "2026-11-02T00:00:00Z,\"A,B\",ACME,12,1.5,10,2,3");
}

#[test]
fn the_json_can_be_read_back() {
    let text = report(vec![row("2026-11-02T00:00:00Z", "CAD", 12, 3)])
        .json()
        .unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["rows"][0]["overdraft"], 2);
    assert_eq!(value["forecasts"][0]["forecast"], "RunsOut");
}
