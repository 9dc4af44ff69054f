//! The debug log of a vendor daemon, in the shape that administrators and their log readers know:
//! `21:00:50 (ACME) OUT: "cad" anna@host1  `.
//!
//! A line carries the time of day only; the date comes from `TIMESTAMP` lines and the start banner. Names that clients
//! send are cleaned, so that nobody can write lines of their own into the log.

mod clean;
mod event;
mod line;

pub use event::{
    Event, ExitStatus, FilesEvent, Holder, InReason, OptionsEvent, ProcessEvent, SeatEvent, SystemError,
};
pub use line::LogLine;
