//! Who holds a seat.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists holders.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetUsage {
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
    /// Only this model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<LicenseModel>,
    /// Only seats that were checked out, or assigned, this many seconds ago or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<u64>,
    /// Only seats whose product was last heard of this many seconds ago or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u64>,
    /// Only seats with these lease ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lease_ids: Vec<String>,
}

/// Takes seats back: those with these ids that fit the filters, or all that fit the filters. A request that names neither
/// an id nor a feature, user or device is refused. Borrowed seats are taken back by their ids only: they are used until the
/// end of their time whatever the server says.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RevokeLeases {
    /// Lease ids as the list of holders shows them, at most 100,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lease_ids: Vec<String>,
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

/// By what a seat is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum LicenseModel {
    /// Per session.
    Concurrent,
    /// Assigned to a user.
    User,
    /// Assigned to a device.
    Device,
    /// Per server or system.
    Server,
}

/// What becomes of a seat at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum HolderState {
    /// Held by a product, or assigned to a user or device.
    InUse,
    /// Checked in; LINGER keeps it out for a while.
    Lingering,
    /// Borrowed: out without heartbeats until its time is over or it is returned.
    Borrowed,
}

/// One holder of one or more seats of one pool. An assigned seat is one row, however many sessions are on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageRow {
    /// Feature the seat is of.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Version of the pool it came from, `yyyy.mmdd` for dates.
    pub version: String,
    /// By what it is counted.
    #[schemars(extend("x-column" = column(7).heading("Model")))]
    pub license_model_type: LicenseModel,
    /// User as the product named it.
    #[schemars(extend("x-column" = column(2)))]
    pub user: String,
    /// Device that the product serves; the host where it named none.
    #[schemars(extend("x-column" = column(3)))]
    pub device: String,
    /// Host the product runs on; empty for an assigned seat, which can be used from several.
    pub host: String,
    /// Display or terminal; empty when the product gave none.
    pub display: String,
    /// Product that holds it. For an assigned seat the one that used it last; empty when it was not used since the
    /// vendor daemon started.
    #[schemars(extend("x-column" = column(8)))]
    pub product: String,
    /// What becomes of it at the moment.
    #[schemars(extend("x-column" = column(4)))]
    pub state: HolderState,
    /// Seats held.
    #[schemars(extend("x-column" = column(5)))]
    pub count: u32,
    /// How many of them are overdraft.
    #[schemars(extend("x-column" = column(10)))]
    pub overdraft: u32,
    /// When it was checked out.
    #[schemars(extend("x-column" = column(6)))]
    pub since: Timestamp,
    /// When the product was last heard of.
    pub last_heartbeat: Timestamp,
    /// When the seat comes back unless the product is heard of before.
    #[schemars(extend("x-column" = column(9)))]
    pub until: Timestamp,
    /// Vendor whose daemon serves it.
    #[schemars(extend("x-column" = column(11)))]
    pub vendor: String,
    /// Pool it came from, as the inventory names it.
    pub pool_id: String,
    /// Lease id, 32 hex digits. It identifies the row; it does not authorise a checkin.
    pub lease_id: String,
}
