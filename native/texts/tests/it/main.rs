//! Texts through the public surface.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod catalog;
mod debug_log;
mod status_text;
