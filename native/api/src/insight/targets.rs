//! Where findings are delivered to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::column::column;

/// Lists the targets of the caller's organization; an operator's list has all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightTargets {}

/// How something is delivered to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum InsightTargetKind {
    /// To a mail address.
    Mail,
    /// To an HTTPS address, signed with the secret of the target.
    Webhook,
}

/// Where findings are delivered to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightTarget {
    /// Mail address, or `https://` address of a webhook; of that who may only read sees scheme and host.
    #[schemars(extend("x-column" = column(1)))]
    pub address: String,
    /// How.
    #[schemars(extend("x-column" = column(2)))]
    pub kind: InsightTargetKind,
    /// Organization whose findings are wanted; none for those of all.
    #[schemars(extend("x-column" = column(3)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Pinned hash of the certificate of a webhook; what the operating system trusts when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
}

/// Adds a target, or replaces it. Only operators add webhooks, or targets for the findings of all organizations.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInsightTarget {
    /// Mail address, or `https://` address of a webhook.
    pub address: String,
    /// Organization whose findings are wanted; that of the caller unless given, which for an operator means all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Hash of the one certificate of a webhook to trust; what the operating system trusts when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cert_hash: Option<String>,
}

/// A target just added: the only time the secret of a webhook is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedInsightTarget {
    /// What webhooks are signed with; none for mail.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<Secret>,
    /// The target.
    #[serde(flatten)]
    pub target: InsightTarget,
}

/// Removes a target; what waits for it is dropped.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveInsightTarget {
    /// Its address.
    pub address: String,
    /// Its organization, where findings of several are delivered to the address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
}
