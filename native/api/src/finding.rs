//! What a reader of license or options files noticed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Information,
    /// Odd, but the line is used.
    Warning,
    /// The line is not used.
    Error,
}

/// One observation about one line of a file. Findings never stop the reading of the other lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it matters.
    #[schemars(extend("x-column" = column(1)))]
    pub severity: Severity,
    /// Physical line, counted from 1; 0 when it concerns the whole file.
    #[schemars(extend("x-column" = column(2)))]
    pub line: u32,
    /// Column in characters, counted from 1; 0 when it concerns the whole line.
    #[schemars(extend("x-column" = column(3)))]
    pub column: u32,
    /// The license manager error number this corresponds to, such as -2 for bad syntax; none where no number fits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<i32>,
    /// What was found.
    #[schemars(extend("x-column" = column(4).wrapped()))]
    pub text: String,
    /// What to do about it.
    #[schemars(extend("x-column" = column(5).wrapped()))]
    pub action: String,
}

impl Finding {
    /// A finding about a whole line, or with line 0 about the file, that is no error of the license manager.
    pub fn new(severity: Severity, line: u32, text: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            severity,
            line,
            column: 0,
            number: None,
            text: text.into(),
            action: action.into(),
        }
    }
}
