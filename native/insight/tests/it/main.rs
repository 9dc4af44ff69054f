//! Insight Services: what they find, whom they let in, whom they tell, and with license servers at the other end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod capacity;
mod commands;
mod delivery;
mod fulfilment;
mod fulfilment_postgres;
mod full_circle;
#[cfg(target_os = "linux")]
mod full_disk;
mod http;
mod kills;
mod kinds;
mod offline;
#[cfg(unix)]
mod outage;
mod page;
mod postgres;
mod retention;
mod schemas;
mod service;
mod settings;
mod site;
mod support;
mod versions;
mod walk;
