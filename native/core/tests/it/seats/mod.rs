//! The ledger of seats: examples of its rules, and random histories against a simple model of them.

mod assigned;
mod examples;
mod model;
mod policy;
mod random;
mod rules;
mod support;
