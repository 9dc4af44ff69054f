//! WS-Management as clients see it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod attacks;
mod enumerations;
mod identify;
mod instances;
mod logons;
mod queries;
mod support;
mod wql;
