//! Requests and answers of the operations of the table, as every program reads and writes them.

pub mod answer;
pub mod assemble;
pub mod authorization;
pub mod leftover;
pub mod permission;
pub mod routes;
mod unique_keys;
