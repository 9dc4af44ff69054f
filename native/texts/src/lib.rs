//! What Licensing Services says in words: names and messages by language, status text and lines of the debug log.
//!
//! Nothing here reads a file, a socket or a clock: what is to be said comes in as arguments.

pub mod catalog;
pub mod debug_log;
pub mod status_text;
