//! The proofs. Each is one function; `LICENSING_PROOFS=long` asks for its long form.
#![allow(clippy::unwrap_used, clippy::panic)]

mod allocations;
#[cfg(unix)]
mod backups;
#[cfg(target_os = "linux")]
mod clocks;
#[cfg(unix)]
mod damage;
#[cfg(target_os = "linux")]
mod disks;
#[cfg(unix)]
mod kills;
#[cfg(target_os = "linux")]
mod ports;
#[cfg(target_os = "linux")]
mod power_cut;
mod queues;
mod seats;
