//! Files and folders of the programs: replaced as a whole and kept after a crash, private where they hold secrets,
//! bounded when they are read.

pub mod durable;
mod private_folder;
mod read;

pub use durable::{Existing, Readers};
pub use private_folder::make_private_folder;
pub use read::read_bounded;
