//! The bounds of every port, over real sockets.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod listener;
