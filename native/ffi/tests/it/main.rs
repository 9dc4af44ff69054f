//! The native library through its public surface: as Rust calls, from C, from PowerShell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generated;
