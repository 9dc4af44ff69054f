//! The contract, and what is made from it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod cmdlets;
mod generated;
mod snap_in;
mod table;
mod views;
