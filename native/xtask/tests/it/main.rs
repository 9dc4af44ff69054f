//! The tasks as far as they can be tested without running themselves.
#![allow(clippy::unwrap_used, clippy::panic)]

mod choice;
mod circles;
mod counts;
mod features;
mod fetching;
mod layers;
mod releases;
mod search;
