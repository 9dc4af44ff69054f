//! A chart of seats over time, as SVG that can stand in any page.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::dates::Dates;

/// Pixels of a chart.
const SIZE: (u32, u32) = (900, 320);
/// Most bars of a chart: more than pixels would only take room.
const MOST_BARS: usize = 800;
const USED: RGBColor = RGBColor(0x2f, 0x6d, 0xb5);
const OVERDRAFT: RGBColor = RGBColor(0xd9, 0x82, 0x1f);
const INSTALLED: RGBColor = RGBColor(0x33, 0x33, 0x33);
const DENIED: RGBColor = RGBColor(0xb8, 0x2c, 0x2c);

/// One bar of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// When it begins; the next one begins where it ends.
    pub start: Timestamp,
    /// Most seats in use.
    pub peak: u32,
    /// Most of them that exceeded what is installed.
    pub overdraft: u32,
    /// Seats installed; none when they are not counted.
    pub installed: Option<u32>,
    /// Requests that were refused.
    pub denials: u64,
}

/// A chart.
#[derive(Debug, Clone, Copy)]
pub struct Chart<'a> {
    /// The bars, ascending.
    pub bars: &'a [Bar],
    /// When the last bar ends.
    pub end: Timestamp,
    /// Time zone of the dates below it.
    pub zone: &'a TimeZone,
}

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chart cannot be drawn: {0}")]
pub struct ChartError(String);

/// Draws a chart: a bar for each row, blue for seats in use, orange for those beyond what is installed; a line for what is
/// installed; and red marks at the top where requests were refused.
///
/// # Errors
/// When a part does not fit, which no rows should bring about.
pub fn svg(chart: &Chart<'_>) -> Result<String, ChartError> {
    let mut text = String::new();
    let bars = fewer(chart.bars);
    draw(chart, &bars, &mut text).map_err(|error| ChartError(error.to_string()))?;
    // Scales with the page it stands in.
    Ok(text.replacen(
        "<svg ",
        "<svg role=\"img\" style=\"max-width:100%;height:auto\" ",
        1,
    ))
}

/// Adds neighbors up where there are more bars than can be told apart.
fn fewer(bars: &[Bar]) -> Vec<Bar> {
    let together = bars.len().div_ceil(MOST_BARS).max(1);
    let joined = bars.chunks(together).filter_map(|some| {
        let first = some.first()?;
        Some(some.iter().skip(1).fold(*first, |sum, bar| {
            Bar {
                start: sum.start,
                peak: sum.peak.max(bar.peak),
                overdraft: sum.overdraft.max(bar.overdraft),
                installed: sum
                    .installed
                    .zip(bar.installed)
                    .map(|(one, other)| one.max(other)),
                denials: sum.denials.saturating_add(bar.denials),
            }
        }))
    });
    joined.collect()
}

/// Seconds since 1970, and seats.
type Point = (i64, f64);

/// A bar in its place.
struct Span {
    start: i64,
    end: i64,
    bar: Bar,
}

impl Span {
    /// Those of bars that end where the next one begins, and the last one at `end`.
    fn of(bars: &[Bar], end: i64) -> Vec<Self> {
        let ends = bars.iter().skip(1).map(|bar| bar.start.as_second()).chain([end]);
        bars.iter()
            .zip(ends)
            .map(|(bar, end)| Self {
                start: bar.start.as_second(),
                end,
                bar: *bar,
            })
            .collect()
    }

    fn rectangle(&self, low: u32, high: u32, color: RGBColor) -> Rectangle<Point> {
        let corners = [(self.start, f64::from(low)), (self.end, f64::from(high))];
        Rectangle::new(corners, color.filled())
    }

    fn installed_in_use(&self) -> u32 {
        self.bar.peak.saturating_sub(self.bar.overdraft)
    }

    fn used(&self) -> Rectangle<Point> {
        self.rectangle(0, self.installed_in_use(), USED)
    }

    fn overdraft(&self) -> Option<Rectangle<Point>> {
        (self.bar.overdraft > 0).then(|| self.rectangle(self.installed_in_use(), self.bar.peak, OVERDRAFT))
    }

    fn installed(&self) -> Option<PathElement<Point>> {
        let seats = f64::from(self.bar.installed?);
        let ends = vec![(self.start, seats), (self.end, seats)];
        Some(PathElement::new(ends, INSTALLED.stroke_width(2)))
    }

    fn denied(&self, height: f64) -> Option<TriangleMarker<Point, i32>> {
        let middle = self.start + (self.end - self.start) / 2;
        (self.bar.denials > 0).then(|| TriangleMarker::new((middle, height), 5, DENIED.filled()))
    }
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(chart: &Chart<'_>, bars: &[Bar], text: &mut String) -> Drawn {
    let from = bars.first().map_or(chart.end, |bar| bar.start).as_second();
    let to = chart.end.as_second().max(from + 1);
    let most = bars
        .iter()
        .map(|bar| bar.peak.max(bar.installed.unwrap_or(0)))
        .max()
        .unwrap_or(0);
    // Room above for the marks of denials, and never an empty axis.
    let top = (f64::from(most) * 1.15).max(1.0);
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let dates = Dates::between(from, to, chart.zone);
    let mut plot = ChartBuilder::on(&area)
        .margin(12)
        .margin_right(20)
        .x_label_area_size(34)
        .y_label_area_size(56)
        .build_cartesian_2d((from..to).with_key_points(dates.instants()), 0.0..top)?;
    plot.configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .y_labels(6)
        .x_label_formatter(&|at| dates.label(*at))
        .y_label_formatter(&|seats| format!("{seats:.0}"))
        .draw()?;
    let spans = Span::of(bars, to);
    plot.draw_series(spans.iter().map(Span::used))?;
    plot.draw_series(spans.iter().filter_map(Span::overdraft))?;
    plot.draw_series(spans.iter().filter_map(Span::installed))?;
    plot.draw_series(spans.iter().filter_map(|span| span.denied(top * 0.97)))?;
    if bars.is_empty() {
        let style = ("sans-serif", 16)
            .into_text_style(&area)
            .pos(Pos::new(HPos::Center, VPos::Center));
        area.draw_text("Nothing was observed.", &style, (450, 160))?;
    }
    area.present()?;
    Ok(())
}
