//! The license server `licensingd`: one program that is manager, vendor daemon and web services.
//!
//! `licensingd run` is the manager with the web services; it starts itself again as one vendor daemon process for
//! each vendor that the license files name. `docs/architecture.md` shows how the rooms belong together.

pub mod accounts;
pub mod config;
pub mod durable_file;
pub mod listener;
pub mod manager;
pub mod tls;
pub mod web;
