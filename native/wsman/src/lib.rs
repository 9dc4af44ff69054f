//! WS-Management over any table of rows.
//!
//! The crate answers what clients of Windows Management Instrumentation ask over WS-Management (DSP0226, DSP0227,
//! \[MS-WSMV\]): Identify, Enumerate, Pull, Release and Get, with queries in WQL. It is read-only. What the rows mean is
//! not its concern: whoever embeds it describes classes in a [`Schema`] and gives rows through [`Source`].
//!
//! [`http::Endpoint`] answers whole HTTP requests with authentication, [`Service`] answers one envelope of a caller who
//! is already known.

pub mod client;
pub mod datetime;
mod envelope;
pub mod fault;
pub mod http;
mod instance;
pub mod kerberos;
pub mod ntlm;
mod resource;
pub mod schema;
pub mod service;
mod snapshot;
pub mod source;
pub mod spnego;
mod text;
pub mod uri;
pub mod value;
pub mod wql;
pub mod xml;

pub use schema::{Class, Kind, Namespace, Property, Schema};
pub use service::{Limits, Service};
pub use source::{Snapshot, SnapshotProblem, Source, SourceError, Table};
pub use value::Value;
