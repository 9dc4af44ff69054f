//! Accounts that may use the web services.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;
use crate::permission::Permission;
use crate::secret::Secret;

/// One account. Mirrors `WSLUser` of the snap-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Administrator {
    /// `DOMAIN\name`.
    #[schemars(extend("x-column" = column(1)))]
    pub account: String,
    /// Stable identity in SID form; it survives a change of the name's case.
    #[schemars(extend("x-column" = column(5)))]
    pub account_sid: String,
    /// Whether it is a group.
    #[schemars(extend("x-column" = column(3)))]
    pub group: bool,
    /// `Full` or `ReadOnly`.
    #[schemars(extend("x-column" = column(2)))]
    pub permissions: Permission,
    /// Whether a password is set. Without one the account can only use tokens.
    #[schemars(extend("x-column" = column(4)))]
    pub password_set: bool,
    /// Whether it may sign in to WS-Management with NTLM, for which a hash of the password is kept.
    #[serde(default)]
    pub ntlm: bool,
}

/// Lists accounts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAdministrators {
    /// Account names, wildcards `*` and `?` allowed; compared without case.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub account: Patterns,
    /// SID of the one account wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_sid: Option<String>,
    /// Only accounts of this level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permission>,
}

/// Adds an account. One that exists is an error, unless the request says to keep it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAdministrator {
    /// `DOMAIN\name`, `name@domain`, or a bare name for an account of this server.
    pub account: String,
    /// Whether the name is a group.
    #[serde(default)]
    pub group: bool,
    /// Level; `ReadOnly` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permissions: Option<Permission>,
    /// First password, 12 characters or more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<Secret>,
    /// Whether it may sign in to WS-Management with NTLM; needs level ReadOnly and a password.
    #[serde(default)]
    pub ntlm: bool,
    /// Returns an account that exists, unchanged, instead of refusing the request.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub keep_existing: bool,
}

/// Changes level or password. What is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetAdministrator {
    /// Account name or SID.
    pub identity: String,
    /// New level.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permissions: Option<Permission>,
    /// New password, 12 characters or more. All tokens of the account end with the old one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<Secret>,
    /// Leaves the tokens of the account in force although its password changes.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub keep_tokens: bool,
    /// Whether it may sign in to WS-Management with NTLM. Turning it on needs the password in the same request.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ntlm: Option<bool>,
}

/// Removes an account. The last account with Full permission cannot be removed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveAdministrator {
    /// Account name or SID.
    pub identity: String,
}

/// Forgets the failed sign-ins of an account, so that it may sign in again at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetAdministrator {
    /// Account name or SID.
    pub identity: String,
}
