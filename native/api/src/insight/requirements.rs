//! Dates that product versions require of the licenses they use.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists the dates that product versions require, for features of the caller's servers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightRequirements {
    /// Feature, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
}

/// A product version, and the date that a license must have to be used for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightRequirement {
    /// Feature.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Vendor daemon; empty for any.
    #[schemars(extend("x-column" = column(2)))]
    pub vendor: String,
    /// This product version and later ones.
    #[schemars(extend("x-column" = column(3)))]
    pub product_version: String,
    /// Subscription Advantage date that the license must have at least.
    #[schemars(extend("x-column" = column(4).width(12)))]
    pub required_date: Date,
}

/// Imports dates that product versions require. One that is in the list already is replaced. Only operators may.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportInsightRequirements {
    /// CSV text (RFC 4180) with a heading: `Feature`, `ProductVersion`, `RequiredDate`, and `Vendor` where it is known.
    pub content: String,
}

/// Removes a date that a product version requires. Only operators may.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightRequirement {
    /// Feature.
    pub feature: String,
    /// Product version as it is listed.
    pub product_version: String,
    /// Vendor daemon; every vendor's unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vendor: Option<String>,
}
