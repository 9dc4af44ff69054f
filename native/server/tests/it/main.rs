//! The license server through its ports.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod listener;
