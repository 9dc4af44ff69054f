//! Development tasks of the workspace, run by `cargo xtask`.

pub mod bench;
pub mod build;
pub mod child;
pub mod counts;
pub mod demo;
pub mod package;
pub mod powershell;
pub mod suite;
pub mod workspace;
