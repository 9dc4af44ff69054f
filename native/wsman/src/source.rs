//! Where rows come from.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;

use crate::schema::{Class, Namespace, Schema};
use crate::value::Value;

/// The rows of one class at one time. Each row has its values in the order of the properties of the class.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The rows.
    pub rows: Arc<[Box<[Value]>]>,
    /// What there is to say about them; none where they are complete and of this moment.
    pub snapshot: Option<Arc<Snapshot>>,
}

/// When rows were taken, and what they lack. Answers carry it as a header, which clients ignore that do not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When they were taken.
    pub taken: Timestamp,
    /// Why some are missing.
    pub problems: Vec<SnapshotProblem>,
}

/// Why rows are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotProblem {
    /// Stable code of the embedding program.
    pub code: String,
    /// What is missing and why, for people.
    pub text: String,
}

impl Table {
    /// Rows of a class.
    #[must_use]
    pub fn new(rows: Vec<Box<[Value]>>) -> Self {
        Self {
            rows: rows.into(),
            snapshot: None,
        }
    }

    /// The same rows, as part of a snapshot.
    #[must_use]
    pub fn of(self, snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot: Some(snapshot),
            ..self
        }
    }
}

/// Why there are no rows.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The caller may not see them.
    #[error("{0}")]
    AccessDenied(String),
    /// They cannot be had now.
    #[error("{0}")]
    Unavailable(String),
}

/// Gives classes and their rows.
pub trait Source: Send + Sync {
    /// Namespaces and classes.
    fn schema(&self) -> &Schema;

    /// The rows of a class as they are now. A source decides itself how old they may be; the tables of one answer are
    /// shared, not copied.
    fn rows(
        &self,
        namespace: &'static Namespace,
        class: &'static Class,
    ) -> impl Future<Output = Result<Table, SourceError>> + Send;

    /// Vendor that Identify names.
    fn vendor(&self) -> &str;

    /// Version that Identify names.
    fn version(&self) -> &str;
}
