//! Tokens that open the licensing ports, as the vendor daemons know them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Between the public part and the rest of a token's secret: `<tokenId>.<random>`.
pub const PRODUCT_TOKEN_SEPARATOR: char = '.';

/// What a vendor daemon has to know of a token that opens the licensing ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductToken {
    /// Public part, also the first part of the secret.
    pub token_id: String,
    /// SHA-256 of the whole secret, as it is sent, in hex.
    pub secret_sha256: String,
    /// When it ends.
    pub expires: Timestamp,
}
