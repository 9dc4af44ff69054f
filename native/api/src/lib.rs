//! The wire types of Licensing Services and the one table of its operations.
//!
//! Everything an administrator can do is one entry of [`operation::TABLE`]. The REST routes and the OpenAPI
//! document of the server, the `enum` of the C header, the commands of `licensing` and the cmdlets of the
//! PowerShell module are all read from it, so that none of them can offer what another does not know.
//!
//! On the wire names are camelCase, instants are RFC 3339 in UTC, dates are `yyyy-mm-dd`.

pub mod administrator;
pub mod alert;
mod alert_code;
pub mod allocation;
pub mod assignment;
pub mod audit;
pub mod backup;
pub mod column;
pub mod configuration;
pub mod denial;
pub mod error;
pub mod finding;
pub mod fulfilment;
pub mod health;
pub mod history;
pub mod insight;
pub mod inventory;
pub mod issuer;
pub mod license_file;
pub mod management;
pub mod names;
pub mod operation;
pub mod option;
pub mod patterns;
pub mod permission;
pub mod queue;
pub mod reservation;
pub mod schema;
pub mod secret;
pub mod server;
pub mod text;
pub mod token;
pub mod usage;
pub mod version;

pub use error::{ErrorCode, Problem};
pub use operation::{Operation, OperationId, OperationInfo, Rows};
pub use permission::Permission;
pub use secret::Secret;
pub use version::LicenseVersion;
