//! The options file of a vendor: who gets seats, how many and how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::finding::Finding;
use crate::patterns::Patterns;

/// Lists the lines of options files.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetOptions {
    /// Vendors, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OptionState {
    /// It is an option that holds.
    InForce,
    /// A comment, an option that is switched off, or a blank line.
    NoOption,
    /// It cannot be read, or is no option of this server.
    NotUnderstood,
}

/// One line of an options file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionLine {
    /// Vendor whose daemon it is for.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// Physical line it begins on, counted from 1.
    #[schemars(extend("x-column" = column(2)))]
    pub line: u32,
    /// Its text without the line end.
    #[schemars(extend("x-column" = column(4).wrapped()))]
    pub text: String,
    /// What becomes of it.
    #[schemars(extend("x-column" = column(3)))]
    pub state: OptionState,
    /// What it means, in a sentence; empty where it means nothing.
    pub meaning: String,
    /// What was noticed about it.
    pub findings: Vec<Finding>,
}

/// Explains an options file and who would lose or gain seats by it; nothing is changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExplainOptions {
    /// Vendor whose daemon it is for.
    pub vendor: String,
    /// Text of the whole file.
    pub content: String,
}

/// Replaces the options file of a vendor; it is in force when the answer comes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetOptions {
    /// Vendor whose daemon it is for.
    pub vendor: String,
    /// Text of the whole file.
    pub content: String,
    /// Takes lines that cannot be read, too; without it a file with such lines is refused.
    #[serde(default)]
    pub force: bool,
}

/// How a change of the options file concerns somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum OptionEffectKind {
    /// Holds a seat and could not have it again.
    Loses,
    /// Was refused within the last day and could have a seat now.
    Gains,
    /// Holds more seats than a MAX line allows from now on.
    AboveLimit,
    /// Seats that are set aside are more or fewer.
    Reserved,
}

/// What a change of the options file means for one user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionEffect {
    /// How.
    #[schemars(extend("x-column" = column(1)))]
    pub effect: OptionEffectKind,
    /// Feature.
    #[schemars(extend("x-column" = column(2)))]
    pub feature: String,
    /// User; empty where it concerns a reservation.
    #[schemars(extend("x-column" = column(3)))]
    pub user: String,
    /// Device.
    #[schemars(extend("x-column" = column(4)))]
    pub device: String,
    /// Seats concerned.
    #[schemars(extend("x-column" = column(5)))]
    pub seats: u32,
    /// Why, in a sentence.
    #[schemars(extend("x-column" = column(6).wrapped()))]
    pub reason: String,
}

/// An options file in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionsExplanation {
    /// Vendor whose daemon it is for.
    #[schemars(extend("x-column" = column(1)))]
    pub vendor: String,
    /// Whether it would be taken without force.
    #[schemars(extend("x-column" = column(2)))]
    pub acceptable: bool,
    /// Its lines.
    #[schemars(extend("x-column" = column(4)))]
    pub lines: Vec<OptionLine>,
    /// Who would lose or gain seats.
    #[schemars(extend("x-column" = column(3)))]
    pub effects: Vec<OptionEffect>,
}
