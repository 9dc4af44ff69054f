//! The ledger of seats: examples of its rules, and random histories against a simple model of them.

mod assigned;
mod assigned_random;
mod borrow;
mod burst;
mod denials;
mod examples;
mod model;
mod policy;
mod queue;
mod queue_random;
mod random;
mod revoke;
mod rules;
mod servers;
mod substitutes;
mod suite;
mod support;
