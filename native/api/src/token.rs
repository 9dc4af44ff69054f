//! Bearer tokens: credentials with a scope and an end, for automation and for products.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;
use crate::permission::Permission;
use crate::secret::Secret;

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TokenScope {
    /// The web services, with the permission of the token.
    Administration,
    /// The licensing ports: checkout, checkin, heartbeat. Never an administrative operation.
    Product,
}

/// A token as the server remembers it: never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Public part, also the first part of the secret.
    #[schemars(extend("x-column" = column(1)))]
    pub token_id: String,
    /// Name given by the administrator.
    #[schemars(extend("x-column" = column(2)))]
    pub name: String,
    /// Account that made it.
    #[schemars(extend("x-column" = column(6).wide()))]
    pub account: String,
    /// What it opens.
    #[schemars(extend("x-column" = column(5).wide()))]
    pub scope: TokenScope,
    /// Level within the web services.
    #[schemars(extend("x-column" = column(3)))]
    pub permissions: Permission,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    #[schemars(extend("x-column" = column(4)))]
    pub expires: Timestamp,
}

/// Lists tokens.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetTokens {
    /// Token name, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// Makes a token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// Name to find it again by.
    pub name: String,
    /// What it opens; `Administration` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<TokenScope>,
    /// Level; never above the caller's own. `ReadOnly` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permissions: Option<Permission>,
    /// Days until it ends, 1 to 366; 90 when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub days: Option<u16>,
}

/// A token just made: the only time its secret is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// The secret, to be sent as `Authorization: Bearer …`.
    pub secret: Secret,
    /// What the server remembers.
    #[serde(flatten)]
    pub token: Token,
}

/// Ends a token at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveToken {
    /// `tokenId` of the token.
    pub token_id: String,
}
