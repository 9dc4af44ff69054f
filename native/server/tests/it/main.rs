//! The license server through its ports.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod alert_delivery;
mod attacks;
mod backup;
mod bad_input;
mod beyond;
mod client_certificates;
mod control;
mod debug_log;
mod directory;
mod full_circle;
mod license_lines;
mod lifecycle;
mod management;
mod openid;
mod products;
mod rereading;
mod set_up;
mod support;
mod tickets;
mod usage_history;
mod versions;
mod web;
mod wsman;
