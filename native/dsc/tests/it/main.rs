//! The resources and their engine, over a license server that the tests play.
#![allow(clippy::unwrap_used, clippy::panic)]

mod descriptions;
mod engine;
mod generated;
mod input;
mod played;
