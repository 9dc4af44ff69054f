//! `licensingd backup` and `licensingd restore`: one archive with everything that cannot be made again.
//!
//! The archive is a tar file. Its first entry is the manifest: every other entry with its length and SHA-256, and what
//! each database holds. Its last entry is the signature of the manifest.

mod kept;
mod manifest;
mod pending;
mod restore;
mod save;
mod signature;

pub use kept::KeptBackups;
pub use manifest::{Entry, Manifest};
pub use pending::{Pending, finish_restore};
pub use restore::{restore, verify};
pub use save::back_up;
pub use signature::ServerKey;
