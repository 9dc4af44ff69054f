//! Seats that the options file sets aside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::column;
use crate::patterns::Patterns;

/// Lists reservations.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GetReservations {
    /// Features, wildcards `*` and `?` allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub feature: Patterns,
    /// Vendors, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub vendor: Patterns,
    /// Only lines for users of these names, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub user: Patterns,
    /// Only lines for hosts or displays of these names, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub device: Patterns,
    /// Only lines for these names of any kind, wildcards allowed.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub name: Patterns,
}

/// By what a RESERVE line names those it is for, in the words of the options file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationKind {
    /// A user.
    User,
    /// A host, or hosts by their address.
    Host,
    /// A display.
    Display,
    /// A group of users.
    Group,
    /// A group of hosts.
    HostGroup,
    /// Hosts by their address.
    Internet,
    /// A project.
    Project,
}

/// Seats of one pool that one line of the options file sets aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationRow {
    /// Feature the seats are of.
    #[schemars(extend("x-column" = column(1)))]
    pub feature: String,
    /// Version of the pool, `yyyy.mmdd` for dates.
    #[schemars(extend("x-column" = column(2)))]
    pub version: String,
    /// By what the line names those it is for.
    #[schemars(extend("x-column" = column(3)))]
    pub kind: ReservationKind,
    /// Their name.
    #[schemars(extend("x-column" = column(4)))]
    pub name: String,
    /// Seats set aside; less than the line says when the pool has not as many.
    #[schemars(extend("x-column" = column(5)))]
    pub seats: u32,
    /// How many of them are out.
    #[schemars(extend("x-column" = column(6)))]
    pub in_use: u32,
    /// How many of them nobody uses; nobody else can have these.
    #[schemars(extend("x-column" = column(7)))]
    pub idle: u32,
    /// Line of the options file.
    #[schemars(extend("x-column" = column(8)))]
    pub line: u32,
    /// Vendor whose daemon serves the pool.
    #[schemars(extend("x-column" = column(9)))]
    pub vendor: String,
    /// The pool, as the inventory names it.
    pub pool_id: String,
}
