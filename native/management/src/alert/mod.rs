//! Alerts: which conditions of licenses and of the machine an administrator should know of, and what is said about each
//! while it lasts.

mod book;
mod rules;
mod silence;

pub use book::{AlertBook, Happened, Record};
pub use rules::{DUE_DAYS, Machine, SerialPlace, Thresholds, of_licenses, of_machine, too_old};
pub use silence::Silence;
