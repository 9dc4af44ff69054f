//! Desired state of license servers.
//!
//! A resource is a description ([`Resource`]): which operation of the table reads it, which ones make, change and remove it, what
//! its key is, and where each property stands in requests and rows. Types, allowed names and help of the properties come from the
//! table. One [`Engine`] carries out get, test, set, delete and export for all of them; JSON schemas, manifests of Microsoft DSC
//! and classes of the PowerShell module are made of the same descriptions.

pub mod class;
pub mod manifest;
pub mod schema;

mod account;
mod comparison;
mod connection;
mod description;
mod engine;
mod input;
mod local;
mod plan;
mod resources;
mod rows;
mod shape;

pub use comparison::Difference;
pub use connection::{CONNECTION_PROPERTIES, ConnectionProperties};
pub use description::{
    Change, Compare, Digested, EXIST, Property, Read, Resource, Role, Shape, Source, Take,
};
pub use engine::{Engine, Operations, Report};
pub use input::{Desired, MAX_INPUT_BYTES};
pub use resources::{PREFIX, RESOURCES, find};
