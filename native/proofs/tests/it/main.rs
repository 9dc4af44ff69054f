//! The proofs. Each is one function; `LICENSING_PROOFS=long` asks for its long form.
#![allow(clippy::unwrap_used, clippy::panic)]

#[cfg(target_os = "linux")]
mod addresses;
mod allocations;
#[cfg(unix)]
mod backups;
#[cfg(target_os = "linux")]
mod callers;
#[cfg(target_os = "linux")]
mod clocks;
#[cfg(unix)]
mod damage;
#[cfg(target_os = "linux")]
mod disks;
#[cfg(target_os = "linux")]
mod folders;
#[cfg(unix)]
mod kills;
#[cfg(target_os = "linux")]
mod ports;
#[cfg(target_os = "linux")]
mod power_cut;
mod queues;
#[cfg(target_os = "linux")]
mod restrictions;
mod seats;
