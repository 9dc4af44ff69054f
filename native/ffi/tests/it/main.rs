//! The native library through its public surface: as Rust calls, from C, from PowerShell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod abuse;
mod calls;
#[path = "../../../client/tests/it/certificates.rs"]
#[allow(dead_code, reason = "the client's tests use more of it")]
mod certificates;
mod csharp;
#[path = "../../../client/tests/it/daemon.rs"]
#[allow(dead_code, reason = "the client's tests use more of it")]
mod daemon;
mod generated;
mod in_c;
mod product;
mod tasks;
#[path = "../../../client/tests/it/web.rs"]
#[allow(dead_code, reason = "the client's tests use more of it")]
mod web;
