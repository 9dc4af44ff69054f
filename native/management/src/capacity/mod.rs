//! Capacity: when seats run out, and what nobody uses.

mod forecast;
mod unused;

pub use forecast::{Forecast, NoForecast, forecast};
pub use unused::{Installed, UnusedFeature, unused};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Most seats in use on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPeak {
    /// The day.
    pub day: Date,
    /// Most seats in use.
    pub peak: u32,
}
