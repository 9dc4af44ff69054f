//! The settings of the license server: what they are, and changing them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Most settings of one change.
pub const MAX_SETTINGS: usize = 100;

/// When a changed setting takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SettingApplies {
    /// As soon as it is changed.
    AtOnce,
    /// At the next start of the server.
    AfterRestart,
}

/// Where the value of a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SettingSource {
    /// Nobody has set it.
    Default,
    /// The configuration file.
    File,
    /// An environment variable of the server, which takes precedence over the file.
    Environment,
}

/// Lists settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetConfiguration {
    /// Names of settings, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingRow {
    /// Name with its section, such as `licensing.burst_days`.
    #[schemars(extend("x-column" = column(1)))]
    pub name: String,
    /// The value in effect, as TOML writes it.
    #[schemars(extend("x-column" = column(2)))]
    pub value: String,
    /// The value that takes effect at the next start; none when that is the one in effect.
    #[schemars(extend("x-column" = column(3)))]
    pub waiting: Option<String>,
    /// When a change takes effect.
    #[schemars(extend("x-column" = column(4)))]
    pub applies: SettingApplies,
    /// Where the value comes from.
    #[schemars(extend("x-column" = column(5)))]
    pub source: SettingSource,
    /// Value while nobody sets it, as TOML writes it.
    pub default: String,
    /// Whether it can be changed over the web services; a setting that names a file of the server cannot.
    pub remote: bool,
    /// What it means.
    pub meaning: String,
    /// Which values are allowed; empty when every one of its type is.
    pub allowed: String,
}

/// Changes settings, all of them or none.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetConfiguration {
    /// Each as `name=value`, such as `licensing.burst_days=20`; the value as TOML or JSON writes it, a text also bare.
    /// `name=` makes it the default again.
    pub settings: Vec<String>,
}

/// What a change of settings came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationChange {
    /// Settings that have changed and are in effect.
    #[schemars(extend("x-column" = column(1).wrapped()))]
    pub applied: Vec<String>,
    /// Settings whose file value differs from the one in effect: they wait for the next start.
    #[schemars(extend("x-column" = column(2).wrapped()))]
    pub waiting: Vec<String>,
    /// Settings that an environment variable of the server keeps as they are.
    #[schemars(extend("x-column" = column(3).wrapped()))]
    pub overridden: Vec<String>,
}
