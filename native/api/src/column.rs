//! Which fields of a row stand in tables, and in which order.

use serde::{Deserialize, Serialize};

/// Name of the schema extension that carries a [`Column`].
pub(crate) const EXTENSION: &str = "x-column";

/// The column that a field has in tables of its row: those of the `licensing` command and the views of the PowerShell
/// module. A field without one is shown by `--json` and `Format-List` only.
///
/// Put first what an administrator needs to see in 80 characters. Numbers stand to the right, texts to the left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Place among the columns, from the left.
    pub order: u32,
    /// Heading as PowerShell writes names, where it is not the name of the field; the module has an alias property of
    /// that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// Whether long text is wrapped instead of cut.
    #[serde(default)]
    pub wrapped: bool,
    /// Whether only the command shows it, whose tables are as wide as they need to be. The views of the module have 80
    /// characters, and columns of a fixed width would leave nothing to the others.
    #[serde(default)]
    pub wide: bool,
    /// Characters in the views of the module, where the rows are not to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
}

/// The column at this place, under the name of its field.
pub(crate) fn column(order: u32) -> Column {
    Column {
        order,
        heading: None,
        wrapped: false,
        wide: false,
        width: None,
    }
}

impl Column {
    /// Under another heading than the name of the field.
    #[must_use]
    pub(crate) fn heading(mut self, heading: &str) -> Self {
        self.heading = Some(heading.to_owned());
        self
    }

    /// With long text wrapped.
    #[must_use]
    pub(crate) fn wrapped(mut self) -> Self {
        self.wrapped = true;
        self
    }

    /// In the tables of the command alone.
    #[must_use]
    pub(crate) fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// As wide as this in the views of the module.
    #[must_use]
    pub(crate) fn width(mut self, characters: u32) -> Self {
        self.width = Some(characters);
        self
    }
}
