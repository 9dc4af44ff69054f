//! The `licensing` command as its users see it: output, exit codes, mistakes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod authority;
mod compat;
mod dsc;
#[cfg(unix)]
mod dsc_documents;
mod generated;
mod help;
mod loans;
mod mistakes;
mod run;
mod server;
