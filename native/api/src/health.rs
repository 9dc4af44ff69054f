//! Whether a license server is well: checks with what to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;

/// Runs the checks. Nothing is changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TestServer {
    /// Also walks the chains of all audit records, which takes as long as reading the databases.
    pub deep: bool,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum HealthOutcome {
    /// It is well.
    Passed,
    /// It works, and will not for long or not as it should.
    Warning,
    /// It does not work.
    Failed,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// How it went.
    #[schemars(extend("x-column" = column(2)))]
    pub outcome: HealthOutcome,
    /// What was checked, such as `Ports`.
    #[schemars(extend("x-column" = column(1)))]
    pub check: String,
    /// What was found.
    #[schemars(extend("x-column" = column(3).wrapped()))]
    pub detail: String,
    /// What to do; empty when it passed.
    #[schemars(extend("x-column" = column(4).wrapped()))]
    pub action: String,
}
