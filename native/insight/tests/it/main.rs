//! Insight Services: what they find, whom they let in, whom they tell, and with license servers at the other end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod delivery;
mod full_circle;
mod http;
mod service;
mod settings;
mod site;
mod support;
