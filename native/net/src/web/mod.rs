//! Requests and answers of the operations of the table, as every program reads and writes them.

pub mod answer;
pub mod assemble;
mod unique_keys;
