//! XML within bounds: a small tree for what comes in, a writer for what goes out.

mod read;
mod write;

pub use read::{Element, XmlError, read};
pub use write::Writer;

/// Deepest nesting of elements that is read.
pub const MAX_DEPTH: usize = 48;

/// Most elements that are read from one document of a client. Answers of servers may have more.
pub const MAX_ELEMENTS: usize = 4096;

/// Most attributes of one element.
pub const MAX_ATTRIBUTES: usize = 64;
