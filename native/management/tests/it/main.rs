//! Tests of the rules of the license management service.
#![allow(clippy::unwrap_used, clippy::panic)]

mod alert;
mod capacity;
mod compliance;
mod exchange;
mod history;
mod sample;
mod schedule;
mod schema;
mod upload;
mod usage;
