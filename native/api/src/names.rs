//! Readable names of products, editions, models, license types and errors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::denial::DenialReason;
use crate::error::ErrorCode;

/// The language of a code such as `de` or `de-AT`, without the country.
pub fn language(code: &str) -> &str {
    code.split(['-', '_']).next().unwrap_or_default()
}

/// Asks for [`LocalizedNames`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetLocalizedNames {
    /// Language code; `en` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Readable name of one feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureName {
    /// Feature, such as `XDT_PLT_UD`.
    pub feature_name: String,
    /// Product and edition.
    pub product_nameand_edition: String,
    /// Model, such as `User/Device`.
    pub model_name: String,
    /// Version of this entry.
    pub version: String,
}

/// Readable name of one license type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseTypeName {
    /// Type, such as `Retail`.
    pub type_name: String,
    /// Readable name.
    pub friendly_name: String,
    /// Version of this entry.
    pub version: String,
}

/// Readable names in one language. Mirrors `WSLLocalizedNames`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalizedNames {
    /// Language of the texts.
    pub locale: String,
    /// Features known by name or installed here.
    pub features: Vec<FeatureName>,
    /// License types.
    pub license_types: Vec<LicenseTypeName>,
}

/// Asks for the texts of the error codes and of the reasons for which seats are refused.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetErrors {
    /// Language code; `en` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Only the code or reason of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// One error code, or one reason for which seats are refused, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDescription {
    /// Stable name.
    #[schemars(extend("x-column" = column(2)))]
    pub code: String,
    /// Stable number; negative for a reason of a refusal, as license manager logs show it.
    #[schemars(extend("x-column" = column(1)))]
    pub number: i32,
    /// What happened.
    #[schemars(extend("x-column" = column(3).wrapped()))]
    pub title: String,
    /// What to do.
    #[schemars(extend("x-column" = column(4).wrapped()))]
    pub action: String,
}

impl ErrorDescription {
    /// Error codes by number, then the reasons for which seats are refused, in English.
    pub fn all() -> Vec<Self> {
        let codes = ErrorCode::ALL.iter().map(|code| {
            let number = i32::try_from(code.number()).unwrap_or(i32::MAX);
            (code.name(), number, code.title(), code.action())
        });
        let reasons = DenialReason::ALL
            .iter()
            .map(|reason| (reason.name(), reason.number(), reason.text(), reason.action()));
        codes
            .chain(reasons)
            .map(|(code, number, title, action)| Self {
                code: code.to_owned(),
                number,
                title: title.to_owned(),
                action: action.to_owned(),
            })
            .collect()
    }
}
