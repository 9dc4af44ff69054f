//! The issuers whose signatures a license server trusts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::license_file::PoolEffect;
use crate::patterns::Patterns;

/// Lists issuers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetIssuers {
    /// Names of issuers, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub issuer: Patterns,
}

/// One issuer whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issuer {
    /// Id of its key, 16 hex digits, as signed lines name it.
    #[schemars(extend("x-column" = column(1).width(16)))]
    pub key_id: String,
    /// Name.
    #[schemars(extend("x-column" = column(2)))]
    pub issuer: String,
    /// Vendors it may sign for; `*` for all.
    #[schemars(extend("x-column" = column(3)))]
    pub vendors: Vec<String>,
    /// Installed lines with a valid signature of it.
    #[schemars(extend("x-column" = column(4)))]
    pub lines: u32,
    /// File in the trust folder.
    #[schemars(extend("x-column" = column(5).wide()))]
    pub file_name: String,
}

/// Trusts an issuer from now on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddIssuer {
    /// Text of the file with its public key, as `licensing authority init` writes it.
    pub content: String,
}

/// No longer trusts an issuer. Seats that are out stay out until they are checked in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveIssuer {
    /// Id of its key.
    pub key_id: String,
    /// Only says what would change.
    #[serde(default)]
    pub what_if: bool,
}

/// What adding or removing an issuer did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedIssuer {
    /// The issuer.
    #[serde(flatten)]
    pub issuer: Issuer,
    /// How the pools changed.
    pub effects: Vec<PoolEffect>,
}
