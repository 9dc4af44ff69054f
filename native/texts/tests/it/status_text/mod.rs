//! Status text: examples to the letter, and readers of our own that know no more than the shape.

mod assignments;
mod lmstat;
mod readers;
