//! Messages to administrators by mail and signed webhook, at least once, from a queue that outlives a crash.
//!
//! [`Courier`] takes what is due from an [`Outbox`], sends it, and tells how that went. Where the queue is kept is the
//! business of whoever implements the outbox.

mod config;
mod courier;
mod mail;
mod message;
mod webhook;

pub use config::{MailConfig, MailSecurity};
pub use courier::{Courier, Outbox, Tried, Waiting, latest_due, send};
pub use message::{Message, Target, TargetKind, is_address, shown_address};
pub use webhook::Headers;
