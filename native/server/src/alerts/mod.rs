//! Alerts: looked for every minute, kept while they last, and sent to whom they concern.
//!
//! What the parts of the server tell and what the rules find comes together in [`AlertService`]. Its state, the queue of
//! messages included, is one file that is replaced as a whole: a message is in the queue with the change that it tells.

mod gather;
mod outbox;
mod service;
mod state;
mod wording;

pub use gather::AlertSources;
pub(crate) use gather::free_bytes;
pub use outbox::AlertOutbox;
pub use service::{AlertService, Attempt};

use licensing_delivery::Headers;

/// Headers of webhooks.
pub const HEADERS: Headers = Headers {
    delivery: "licensing-delivery",
    signature: "licensing-signature",
};
