//! Tests of the rules of the license management service.
#![allow(clippy::unwrap_used)]

mod exchange;
mod sample;
mod schema;
mod upload;
