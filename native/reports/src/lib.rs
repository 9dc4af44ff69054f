//! What people are shown of the use of seats: charts as SVG for any page, and reports as CSV, JSON and one page of HTML.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`chart`] | a chart of seats over time, with what is installed, overdraft and denials in the same picture |
//! | [`usage`] | reports of the history of use |
//!
//! Nothing here reads a file or a clock: rows and instants come in as arguments.

pub mod chart;
mod dates;
pub mod usage;
