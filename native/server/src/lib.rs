//! The license server `licensingd`: one program that is manager, vendor daemon and web services.
//!
//! `licensingd run` is the manager with the web services; it starts itself again as one vendor daemon process for
//! each vendor that the license files name. `docs/architecture.md` shows how its parts belong together.

pub mod accounts;
pub mod alerts;
mod allocation;
mod audit_row;
pub mod backup;
mod blocking;
pub mod config;
pub mod configuration;
pub mod control;
pub mod daemon;
pub mod folder_lock;
pub mod grpc_status;
mod health;
pub mod init;
pub mod installed;
pub mod license_folder;
pub mod management;
pub mod manager;
pub mod product_access;
pub mod register;
mod shown_text;
pub mod ticket_key;
pub mod verify;
pub mod web;
pub mod wmi;
