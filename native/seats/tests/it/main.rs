//! Pools, policy and the ledger through the public surface.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod audit;
mod explain;
mod explained_totals;
mod policy;
mod pool_lines;
mod pools;
mod seats;
mod totals;
