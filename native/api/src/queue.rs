//! Who waits for a seat.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists requests that wait.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetQueue {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Users, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub user: Patterns,
    /// Devices, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub device: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
}

/// One request that waits for seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueRow {
    /// Place in the line for its feature; 1 for the request whose turn is next.
    #[schemars(extend("x-column" = column(2)))]
    pub position: u32,
    /// Feature it waits for.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Lowest version that will do; empty for any.
    pub version: String,
    /// Seats it waits for.
    #[schemars(extend("x-column" = column(5)))]
    pub count: u32,
    /// User as the product named it.
    #[schemars(extend("x-column" = column(3)))]
    pub user: String,
    /// Device: the host the product runs on or serves.
    #[schemars(extend("x-column" = column(4)))]
    pub device: String,
    /// Host the product runs on.
    pub host: String,
    /// Display or terminal; empty when the product gave none.
    pub display: String,
    /// Product that waits.
    #[schemars(extend("x-column" = column(7)))]
    pub product: String,
    /// Process id of the product; 0 when it gave none.
    pub process_id: u32,
    /// Since when it waits.
    #[schemars(extend("x-column" = column(6)))]
    pub since: Timestamp,
    /// Until when its place is kept while the product is away; absent while it is there.
    #[schemars(extend("x-column" = column(8)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// Until when smaller requests behind it may be served before it (QUEUE_PASSING of the options file); absent where the
    /// order is strict.
    #[schemars(extend("x-column" = column(10)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_until: Option<Timestamp>,
    /// Vendor whose daemon it waits at.
    #[schemars(extend("x-column" = column(9)))]
    pub vendor: String,
}
