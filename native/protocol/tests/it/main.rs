//! The contract as other languages see it: stubs generated from `proto/`, against the real server.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod python;
