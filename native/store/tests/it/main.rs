//! The seat service on real files.
#![allow(clippy::unwrap_used, clippy::panic)]

mod assigned;
mod basics;
mod borrow;
mod burst;
mod damage;
mod disk;
mod journal;
mod kill;
mod policy;
mod revoke;
mod segments;
mod storm;
mod support;
mod time;
mod upgrade;
mod usage;
mod usage_history;
mod waiting;
