//! The seat service on real files.
#![allow(clippy::unwrap_used, clippy::panic)]

mod basics;
mod support;
mod time;
