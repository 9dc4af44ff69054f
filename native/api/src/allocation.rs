//! Allocation: seats that were bought are put on a license server, in parts, and taken back.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::column::column;

/// Lists what an access code owns.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntitlements {
    /// Access code of the order, as the vendor gave it.
    pub access_code: Secret,
}

/// Seats of one product that were bought with one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entitlement {
    /// Id of the entitlement.
    #[schemars(extend("x-column" = column(2)))]
    pub entitlement_id: String,
    /// Name of the product.
    #[schemars(extend("x-column" = column(1)))]
    pub product_name: String,
    /// Seats that were bought.
    #[schemars(extend("x-column" = column(4)))]
    pub licenses_total: u32,
    /// Seats of them that are not allocated yet.
    #[schemars(extend("x-column" = column(3)))]
    pub licenses_available: u32,
    /// What the license file is bound to: the type of the host ID.
    #[schemars(extend("x-column" = column(6)))]
    pub license_bind_type: String,
    /// Place among the entitlements of the order, from 1.
    pub relevance: u32,
    /// Features that the license file grants.
    #[schemars(extend("x-column" = column(7)))]
    pub features: Vec<String>,
    /// When it was bought.
    pub purchase_date: Date,
    /// Date up to which versions of the product are covered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subscription_advantage_date: Option<Date>,
    /// Last valid day; none when the seats are permanent.
    #[schemars(extend("x-column" = column(5)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expiry_date: Option<Date>,
    /// Whether it was bought within the last 30 days.
    #[serde(default)]
    pub new: bool,
    /// Whether it, or its subscription, ends within 90 days.
    #[serde(default)]
    pub expiring: bool,
    /// Session in which seats of it can be allocated.
    pub session_id: String,
    /// When the session ends.
    pub session_ends: Timestamp,
}

/// Allocates seats of an entitlement to this server, and installs the license file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAllocation {
    /// Id of the entitlement.
    pub entitlement_id: String,
    /// Session of the list that showed the entitlement.
    pub session_id: String,
    /// Seats to allocate.
    pub count: i64,
    /// Type of the host ID to bind the file to, such as HOSTNAME or ETHERNET; that of the entitlement unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host_id_type: Option<String>,
    /// Value of the host ID; that of this server unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host_id: Option<String>,
    /// GUID of the request, so that repeating it allocates nothing twice; a new one unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

/// Where an allocation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum AllocationState {
    /// It was asked for, and the answer is not known yet; the server goes on asking.
    Pending,
    /// Its request file was written; the answer file has not been imported yet.
    Exported,
    /// Its license file is installed.
    Installed,
    /// Its license file is removed; the vendor has not confirmed the return yet.
    ReturnPending,
    /// Its seats were returned.
    Returned,
    /// A renewal has taken its place.
    Renewed,
}

/// Seats that were allocated to this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    /// GUID of the request.
    pub request_id: String,
    /// Id that the vendor gave it; none before the answer.
    #[schemars(extend("x-column" = column(1)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fulfillment_id: Option<String>,
    /// Where it stands.
    #[schemars(extend("x-column" = column(2)))]
    pub state: AllocationState,
    /// Name of the product; none before the answer.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product_name: Option<String>,
    /// Seats.
    #[schemars(extend("x-column" = column(3)))]
    pub count: u32,
    /// Id of the entitlement.
    #[schemars(extend("x-column" = column(5)))]
    pub entitlement_id: String,
    /// What the license file is bound to: type and value.
    pub host_id: String,
    /// Installed license file; none before the answer and after the return.
    #[schemars(extend("x-column" = column(6)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file_name: Option<String>,
    /// When it was asked for.
    #[schemars(extend("x-column" = column(7)))]
    pub requested: Timestamp,
    /// Why it is not further; none when nothing is in the way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<String>,
}

/// Lists the allocations of this server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetAllocations {
    /// Only those that stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AllocationState>,
}

/// Returns the seats of an allocation: removes its license file and gives the vendor the signed proof of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnAllocation {
    /// Id of the allocation, as the vendor gave it.
    pub fulfillment_id: String,
    /// Does not send the proof: it is brought to the vendor as a file.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub offline: bool,
}

/// An allocation that was returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReturnedAllocation {
    /// Id of the allocation.
    #[schemars(extend("x-column" = column(1)))]
    pub fulfillment_id: String,
    /// ReturnPending until the vendor has confirmed it.
    #[schemars(extend("x-column" = column(2)))]
    pub state: AllocationState,
    /// Seats.
    #[schemars(extend("x-column" = column(3)))]
    pub count: u32,
    /// Name for the file of the proof.
    #[schemars(extend("x-column" = column(4)))]
    pub proof_file_name: String,
    /// The proof: text that this server has signed.
    pub proof: String,
}

/// Lists the renewals that the vendor offers for what is installed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetRenewals {
    /// Only those of licenses that end within 90 days.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expiring: bool,
    /// Only those that were bought within the last 30 days.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
}

/// A renewal of installed licenses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// Id to install it by.
    #[schemars(extend("x-column" = column(1)))]
    pub fulfillment_id: String,
    /// Name of the product.
    #[schemars(extend("x-column" = column(2)))]
    pub product_name: String,
    /// Serial number of what is installed.
    #[schemars(extend("x-column" = column(5)))]
    pub serial_number: String,
    /// Date up to which versions of the product are covered then.
    #[schemars(extend("x-column" = column(4)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subscription_advantage_date: Option<Date>,
    /// Last valid day then; none when the seats are permanent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expiry_date: Option<Date>,
    /// Seats.
    #[schemars(extend("x-column" = column(3)))]
    pub quantity: u32,
    /// Whether it was bought within the last 30 days.
    #[serde(default)]
    pub new: bool,
    /// Whether what is installed ends within 90 days.
    #[serde(default)]
    pub expiring: bool,
}

/// Installs a renewal in place of what it renews.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstallRenewal {
    /// Id of the renewal.
    pub fulfillment_id: String,
}

/// What the server does about renewals by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum RenewalOption {
    /// Looks for them once a day and raises an alert.
    #[default]
    Notify,
    /// Looks for them once a day and installs them.
    Install,
    /// Nothing.
    Manual,
}

/// Asks what the server does about renewals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetRenewalOption {}

/// Changes what the server does about renewals.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetRenewalOption {
    /// Notify, Install or Manual.
    pub option: String,
}

/// What the server does about renewals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenewalOptionRow {
    /// What it does.
    #[schemars(extend("x-column" = column(1)))]
    pub option: RenewalOption,
    /// When it looked last.
    #[schemars(extend("x-column" = column(2)))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checked: Option<Timestamp>,
}

/// Writes a request file for a server without a connection to the vendor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportAllocationRequest {
    /// Access code of the order. It does not stand in the file.
    pub access_code: Secret,
    /// Id of the entitlement.
    pub entitlement_id: String,
    /// Seats to allocate.
    pub count: i64,
    /// Type of the host ID to bind the file to; HOSTNAME unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host_id_type: Option<String>,
    /// Value of the host ID; that of this server unless given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host_id: Option<String>,
}

/// A request file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedAllocationRequest {
    /// GUID of the request.
    #[schemars(extend("x-column" = column(2)))]
    pub request_id: String,
    /// Name for the file.
    #[schemars(extend("x-column" = column(1)))]
    pub file_name: String,
    /// The file: text that this server has signed.
    pub content: String,
}

/// Installs the license file of an answer file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportAllocationAnswer {
    /// The file as the vendor gave it.
    pub content: String,
}
