//! Levels of permission.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a caller may do, or what an operation demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Permission {
    /// Nothing: without credentials.
    None,
    /// May look.
    ReadOnly,
    /// May change.
    Full,
}
