//! Fulfilment: what Insight Services answer to license servers that allocate seats, and what their operators see of it.
//!
//! The documents of license servers and the answers to them are texts with signatures; docs/allocation.md describes them.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::column::column;

/// Asks what an access code owns.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FulfilEntitlements {
    /// The entitlement query of the license server, signed.
    pub document: String,
}

/// Asks for the license file of an allocation or a renewal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FulfilAllocation {
    /// The allocation request of the license server, signed.
    pub document: String,
}

/// Gives seats back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FulfilReturn {
    /// The proof of return of the license server, signed.
    pub document: String,
}

/// Asks for renewals of what is installed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FulfilRenewals {
    /// The renewal query of the license server, signed.
    pub document: String,
}

/// The answer to an allocation request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FulfilledAllocation {
    /// Id of the allocation.
    #[schemars(extend("x-column" = column(1)))]
    pub fulfillment_id: String,
    /// The answer, signed: what an answer file holds.
    pub document: String,
}

/// An allocation that was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FulfilledReturn {
    /// Id of the allocation.
    #[schemars(extend("x-column" = column(1)))]
    pub fulfillment_id: String,
    /// Id of the entitlement.
    #[schemars(extend("x-column" = column(2)))]
    pub entitlement_id: String,
    /// Seats that can be allocated again.
    #[schemars(extend("x-column" = column(3)))]
    pub count: u32,
    /// Seats of the entitlement that are not allocated now.
    #[schemars(extend("x-column" = column(4)))]
    pub licenses_available: u32,
}

/// Lists the orders.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightOrders {}

/// An entitlement of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightOrder {
    /// Number of the order.
    #[schemars(extend("x-column" = column(1)))]
    pub order_number: String,
    /// Id of the entitlement.
    #[schemars(extend("x-column" = column(2)))]
    pub entitlement_id: String,
    /// Name of the product.
    #[schemars(extend("x-column" = column(5)))]
    pub product_name: String,
    /// Customer.
    #[schemars(extend("x-column" = column(6)))]
    pub customer: String,
    /// Seats that were bought.
    #[schemars(extend("x-column" = column(4)))]
    pub licenses_total: u32,
    /// Seats of them that are allocated.
    #[schemars(extend("x-column" = column(3)))]
    pub licenses_allocated: u32,
    /// When it was bought.
    pub purchase_date: Date,
    /// Last valid day; none when the seats are permanent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expiry_date: Option<Date>,
    /// Entitlement that it renews.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renews: Option<String>,
}

/// Loads an order and makes its access code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInsightOrder {
    /// The order as TOML; docs/allocation.md shows one.
    pub content: String,
}

/// An order that was loaded: the only time its access code is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoadedInsightOrder {
    /// Number of the order.
    #[schemars(extend("x-column" = column(1)))]
    pub order_number: String,
    /// Ids of its entitlements.
    #[schemars(extend("x-column" = column(2)))]
    pub entitlements: Vec<String>,
    /// Access code, for the customer.
    #[schemars(extend("x-column" = column(3)))]
    pub access_code: Secret,
}

/// Lists the allocations of all license servers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetInsightAllocations {
    /// Id of an entitlement; those of all unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entitlement_id: Option<String>,
}

/// Where an allocation stands at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum InsightAllocationState {
    /// Its license file was given out.
    Allocated,
    /// Its seats were returned.
    Returned,
    /// A renewal has taken its place.
    Renewed,
}

/// Seats that were allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InsightAllocation {
    /// Id of the allocation.
    #[schemars(extend("x-column" = column(1)))]
    pub fulfillment_id: String,
    /// Where it stands.
    #[schemars(extend("x-column" = column(2)))]
    pub state: InsightAllocationState,
    /// Seats.
    #[schemars(extend("x-column" = column(3)))]
    pub count: u32,
    /// Id of the entitlement.
    #[schemars(extend("x-column" = column(4)))]
    pub entitlement_id: String,
    /// What the license file is bound to.
    #[schemars(extend("x-column" = column(5)))]
    pub host_id: String,
    /// Serial number of the license file.
    pub serial_number: String,
    /// License server that asked.
    pub server_guid: String,
    /// When it was allocated.
    #[schemars(extend("x-column" = column(6)))]
    pub allocated: Timestamp,
    /// When it was returned or renewed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Timestamp>,
}
