//! The license management service: tells a receiver once a day which licenses are installed and how much of them is used.
//!
//! The rules are in `licensing-management`; here are the folder, the way to the receiver and the task that carries them out.
//! docs/telemetry.md says what leaves the server.
//!
//! - Without a destination, or switched off, nothing is sent; switching off cancels an upload that is under way.
//! - An upload is on the disk before it is sent, and stays there until a valid receipt names it.
//! - Windows of uploads follow each other without gap or overlap, also when uploads wait for long.

mod alerts;
mod document;
mod folder;
mod service;
mod source;
mod state;
mod transport;
mod uploading;

pub use folder::{MAX_WAITING, ManagementFolder};
pub use service::{ManagementService, Pace, ServiceSetup};
pub use source::{Contents, ServerSource, Source, Wanted};
pub use state::{ServiceSettings, State};
pub use transport::{Https, SendError, Target, Transport};
