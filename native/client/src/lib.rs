//! The async client of Licensing Services.
//!
//! [`AdminClient`] speaks to the web services (8083): every operation of the table, typed or as JSON.
//! [`ProductClient`] speaks to the licensing ports (27000 and the vendor daemons): it takes seats, keeps them and
//! gives them back. Every failure is exactly one [`licensing_api::Problem`].

mod address;
mod admin;
mod certificate;
mod channel;
mod identity;
mod location;
mod problems;
mod product;
mod request;
mod trust;
mod wmi;

pub use address::{Address, DEFAULT_LICENSE_PORT, DEFAULT_WEB_SERVICES_PORT};
pub use admin::{AdminClient, ConnectOptions, Credentials, MAXIMUM_ANSWER_BYTES, Progress};
pub use certificate::fetch_certificate;
pub use identity::ClientIdentity;
pub use location::{AddressType, Discovery, Location, VendorEndpoint, discover};
pub use problems::cancelled;
pub use product::{
    Borrowed, CheckoutError, CheckoutOptions, Denial, FeatureStatus, Heartbeats, IssuerKeys, Lease,
    LeaseInfo, LeaseState, PendingCheckout, ProductClient, ProductOptions, Transport, VendorStatus,
};
pub use request::WipedJson;
pub use trust::{CertHash, Trust};
pub use wmi::{
    DEFAULT_WMI_PORT, DEFAULT_WMI_TLS_PORT, WmiAnswer, WmiClient, WmiInstance, WmiLogon, WmiOptions,
    WmiProperty, WmiSession,
};
