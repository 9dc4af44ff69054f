//! Every reader of foreign bytes as a function of bytes that must not panic, whatever they are, and a harness that feeds
//! them on stable Rust. `libfuzzer/` wraps the same functions for `cargo fuzz`.

mod harness;
mod mutate;
mod targets;
mod wsman;

pub use harness::{Finding, Outcome, Run};
pub use mutate::mutate;
pub use targets::{TARGETS, Target, target};
