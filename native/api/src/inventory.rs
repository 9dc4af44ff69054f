//! What is installed and how much of it is in use.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists pools.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInventory {
    /// Features (product_edition_model), wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// Only pools with a serial number that another increment also carries.
    pub check_for_same_serial_number: bool,
    /// Language of the readable names; `en` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Lists what all pools of each feature have together.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetFeatureTotals {
    /// Features (product_edition_model), wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
}

/// Whether the signature of the increments of a pool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SignatureState {
    /// Signed by a trusted issuer and unchanged.
    Valid,
    /// Signed with a scheme whose keys only its vendor has.
    Unverifiable,
    /// Claims one of our keys, but the text was changed.
    Invalid,
    /// Signed with our scheme by an issuer that is not in the trust folder.
    UnknownIssuer,
    /// Not signed at all.
    Missing,
}

/// Whether and why a pool gives out seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum PoolStatus {
    /// Gives out seats.
    Serving,
    /// Past the printed date.
    Expired,
    /// START is in the future.
    NotStarted,
    /// The file is bound to another host ID.
    WrongHost,
    /// The signature is not valid, or could not be verified.
    Refused,
}

/// One pool: the increments of one feature that count together. The first block of fields mirrors `WSLInventory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InventoryRow {
    /// Product part of the feature, such as `XDT`.
    pub license_product_name: String,
    /// Readable product.
    pub localized_license_product_name: String,
    /// Edition part of the feature, such as `PLT`; may be empty.
    pub license_edition: String,
    /// Readable edition.
    pub license_localized_edition: String,
    /// Last valid day of the increment that ends first; none when nothing expires.
    #[schemars(extend("x-column" = column(6).heading("Expires")))]
    pub license_expiration_date: Option<Date>,
    /// Subscription Advantage date; none when the version is not a date.
    pub license_subscription_advantage_date: Option<Date>,
    /// License type, such as `Retail`.
    #[schemars(extend("x-column" = column(14)))]
    pub license_type: String,
    /// Readable license type.
    pub localized_license_type: String,
    /// Seats out, overdraft included.
    #[schemars(extend("x-column" = column(4).heading("InUse")))]
    pub licenses_in_use: u32,
    /// Seats installed, without overdraft. The old name means the total, not what is free.
    #[schemars(extend("x-column" = column(3).heading("Installed")))]
    pub licenses_available: u32,
    /// Further seats that may be given out beyond the installed ones.
    #[schemars(extend("x-column" = column(12).heading("Overdraft")))]
    pub license_overdraft: u32,
    /// Model part of the feature, such as `CCU`.
    pub license_model: String,
    /// Readable model.
    pub localized_license_model: String,

    /// Feature: product_edition_model.
    #[schemars(extend("x-column" = column(1).width(24)))]
    pub feature: String,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(16)))]
    pub vendor: String,
    /// Version as printed, `yyyy.mmdd` for dates.
    #[schemars(extend("x-column" = column(2).width(9)))]
    pub version: String,
    /// Seats that could be given out now to anybody, overdraft included; none where nothing is counted.
    #[schemars(extend("x-column" = column(5)))]
    pub free: Option<u32>,
    /// How many of the seats in use are overdraft.
    #[schemars(extend("x-column" = column(13)))]
    pub overdraft_in_use: u32,
    /// Seats set aside that are not in use; those in use count there.
    #[schemars(extend("x-column" = column(9)))]
    pub reserved: u32,
    /// How many of the seats in use are borrowed.
    #[schemars(extend("x-column" = column(10)))]
    pub borrowed: u32,
    /// How many of the seats in use exceed even the overdraft, while that is allowed for a time.
    #[schemars(extend("x-column" = column(11)))]
    pub burst: u32,
    /// Until when that is allowed; none when it is not.
    pub burst_until: Option<Timestamp>,
    /// Requests that wait for a seat.
    #[schemars(extend("x-column" = column(8)))]
    pub queued: u32,
    /// Whether it counts at all; an uncounted pool is never used up.
    pub uncounted: bool,
    /// Whether it serves, and if not, why.
    #[schemars(extend("x-column" = column(7)))]
    pub status: PoolStatus,
    /// Whether the signatures hold.
    #[schemars(extend("x-column" = column(15)))]
    pub signature: SignatureState,
    /// Serial numbers of its increments.
    pub serial_numbers: Vec<String>,
    /// Files its increments come from.
    pub files: Vec<String>,
    /// Vendor string of its first increment as written; empty without one.
    pub vendor_string: String,
    /// Machines that alone may use it, as the license file spells their host ids; empty when any may.
    pub host_ids: Vec<String>,
    /// Names the pool in all lists of this server, 32 hex digits; it outlives reread and restart.
    pub pool_id: String,
    /// First valid days of its increments; empty when all of them started at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub start_dates: Vec<Date>,
    /// Day on which the latest of its increments was issued; absent when none says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
    /// What its increments say to whoever reads them (NOTICE).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// All pools of one feature of a vendor together. Pools in which nothing is counted add no seats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureTotal {
    /// Feature: product_edition_model.
    #[schemars(extend("x-column" = column(1).width(24)))]
    pub feature: String,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(9)))]
    pub vendor: String,
    /// Seats installed, without overdraft; none where a pool counts nothing.
    #[schemars(extend("x-column" = column(2)))]
    pub installed: Option<u32>,
    /// Seats out, overdraft included.
    #[schemars(extend("x-column" = column(3)))]
    pub in_use: u32,
    /// Seats that could be given out now to anybody, overdraft included; none where a pool counts nothing.
    #[schemars(extend("x-column" = column(4)))]
    pub free: Option<u32>,
    /// Seats in use in percent of those installed, to a tenth: more than 100 with overdraft, 100 where seats are in use and none is
    /// installed, as after an expiry; none where a pool counts nothing.
    #[schemars(extend("x-column" = column(5)))]
    pub percent_in_use: Option<f64>,
    /// Further seats that may be given out beyond the installed ones.
    pub overdraft: u32,
    /// How many of the seats in use are overdraft.
    #[schemars(extend("x-column" = column(6)))]
    pub overdraft_in_use: u32,
    /// How many of the seats in use exceed even the overdraft, while that is allowed for a time.
    pub burst: u32,
    /// How many of the seats in use are borrowed.
    pub borrowed: u32,
    /// Seats set aside that are not in use.
    pub reserved: u32,
    /// Requests that wait for a seat.
    #[schemars(extend("x-column" = column(7)))]
    pub queued: u32,
    /// Last valid day of the increment that ends first; none when nothing expires.
    #[schemars(extend("x-column" = column(8)))]
    pub expires: Option<Date>,
    /// Whether one of the pools counts nothing, so that the feature is never used up.
    pub uncounted: bool,
    /// Number of pools.
    pub pools: u32,
}
