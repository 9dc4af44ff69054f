//! The client against peers that behave, misbehave and vanish, all of them in this process on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod address;
mod admin;
mod borrow;
mod certificates;
mod daemon;
mod grace;
mod pin;
mod product;
mod queue;
mod real;
mod session;
mod web;
mod windows;
