//! Who uses Insight Services: organizations and accounts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;
use crate::{Permission, Secret};

/// Lists the organizations that the caller may know of: an operator all, others their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightOrganizations {
    /// Name, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// A customer: servers and accounts belong to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightOrganization {
    /// Its name.
    #[schemars(extend("x-column" = column(1)))]
    pub name: String,
    /// License servers that are registered with it.
    #[schemars(extend("x-column" = column(2)))]
    pub servers: u32,
    /// When it was added.
    #[schemars(extend("x-column" = column(3)))]
    pub added: Timestamp,
}

/// Adds an organization; one that exists stays as it is. Only operators may.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInsightOrganization {
    /// Its name, 1 to 128 bytes.
    pub name: String,
}

/// Lists accounts of the caller's organization; an operator's list has those of all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightAccounts {
    /// Name, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// An account of Insight Services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightAccount {
    /// Its name.
    #[schemars(extend("x-column" = column(1)))]
    pub name: String,
    /// Organization that it belongs to; none for operators, who see all.
    #[schemars(extend("x-column" = column(2)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// What it may do.
    #[schemars(extend("x-column" = column(3)))]
    pub permissions: Permission,
    /// When it was added.
    #[schemars(extend("x-column" = column(4)))]
    pub added: Timestamp,
}

/// Adds an account and makes its token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInsightAccount {
    /// Its name, 1 to 128 bytes; no other account may have it.
    pub name: String,
    /// Organization that it belongs to; that of the caller unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Whether it is an operator, who belongs to no organization and sees all. Only operators make operators.
    #[serde(default)]
    pub operator: bool,
    /// `Full` or `ReadOnly`; `ReadOnly` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permissions: Option<Permission>,
}

/// An account just added: the only time its token is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedInsightAccount {
    /// The token, to be sent as `Authorization: Bearer …`.
    pub secret: Secret,
    /// The account.
    #[serde(flatten)]
    pub account: InsightAccount,
}

/// Removes an account; its token is of no use from then on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightAccount {
    /// Its name.
    pub name: String,
}
