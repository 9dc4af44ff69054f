//! Files and folders of the programs: replaced as a whole and kept after a crash, private where they hold secrets,
//! regular files of bounded size when they are read.

pub mod durable;
mod private_folder;
pub mod regular;

pub use durable::{Existing, Readers};
pub use private_folder::make_private_folder;
