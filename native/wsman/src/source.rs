//! Where rows come from.

use std::future::Future;
use std::sync::Arc;

use crate::schema::{Class, Namespace, Schema};
use crate::value::Value;

/// The rows of one class at one time. Each row has its values in the order of the properties of the class.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The rows.
    pub rows: Arc<[Box<[Value]>]>,
}

impl Table {
    /// Rows of a class.
    #[must_use]
    pub fn new(rows: Vec<Box<[Value]>>) -> Self {
        Self { rows: rows.into() }
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
