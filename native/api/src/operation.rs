//! The one table of everything that can be asked of a license server.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::{
    administrator, alert, assignment, denial, inventory, license_file, names, queue, reservation, server,
    token, usage,
};

/// What a caller may do, or what an operation demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Permission {
    /// Nothing: without credentials.
    None,
    /// May look.
    ReadOnly,
    /// May change.
    Full,
}

/// HTTP method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Adds, or asks with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the request travels in the body; otherwise it travels in path and query.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// How large the body of a request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum BodySize {
    /// 64 KiB: a few fields.
    Small,
    /// 21 MiB: a license file, or a long list.
    Large,
}

impl BodySize {
    /// Most bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 64 * 1024,
            // The largest license file in base64, and some room around it.
            Self::Large => license_file::MAX_LICENSE_FILE_BYTES / 3 * 4 + 64 * 1024,
        }
    }
}

/// A list on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rows<T> {
    /// The rows.
    pub items: Vec<T>,
}

/// An operation as a type: ties its entry in the table to its request and response.
pub trait Operation: 'static {
    /// Entry in the table.
    const ID: OperationId;
    /// What is asked.
    type Request: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What is answered; [`Rows`] for lists.
    type Response: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
}

/// One entry of the table.
pub struct OperationInfo {
    /// Which operation.
    pub id: OperationId,
    /// Stable name, also the OpenAPI `operationId`.
    pub name: &'static str,
    /// Stable number, the value in `licensing.h`.
    pub number: u32,
    /// HTTP method.
    pub method: Method,
    /// Path; `{field}` is filled from the request's field of that name.
    pub path: &'static str,
    /// What the caller must at least be allowed.
    pub permission: Permission,
    /// Words of the `licensing` command.
    pub words: &'static str,
    /// Cmdlets that call it.
    pub cmdlets: &'static [&'static str],
    /// One line of help.
    pub summary: &'static str,
    /// Errors of its own, besides those every operation can give.
    pub errors: &'static [ErrorCode],
    /// How large a request may be.
    pub body: BodySize,
    /// Whether the answer is a list of rows.
    pub rows: bool,
    /// JSON schema of the request.
    pub request_schema: fn(&mut SchemaGenerator) -> Schema,
    /// JSON schema of the answer.
    pub response_schema: fn(&mut SchemaGenerator) -> Schema,
}

impl OperationInfo {
    /// Names of the fields that travel in the path.
    pub fn path_fields(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

macro_rules! response {
    (rows $row:ty) => { Rows<$row> };
    (one $row:ty) => { $row };
}

macro_rules! is_rows {
    (rows) => {
        true
    };
    (one) => {
        false
    };
}

macro_rules! body_size {
    () => {
        BodySize::Small
    };
    (Large) => {
        BodySize::Large
    };
}

macro_rules! operations {
    ($(
        #[doc = $summary:literal]
        $name:ident = $number:literal {
            $method:ident $($size:ident)? $path:literal, $permission:ident, $words:literal,
            $request:ty => $shape:ident $row:ty,
            cmdlets: [$($cmdlet:literal),*],
            errors: [$($error:ident),*]
        }
    )+) => {
        /// Every operation, by its stable number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[repr(u32)]
        pub enum OperationId { $(#[doc = $summary] $name = $number,)+ }

        /// Operations as types.
        pub mod op {
            use super::*;
            $(
                #[doc = $summary]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl Operation for $name {
                    const ID: OperationId = OperationId::$name;
                    type Request = $request;
                    type Response = response!($shape $row);
                }
            )+
        }

        /// The table.
        pub static TABLE: &[OperationInfo] = &[$(
            OperationInfo {
                id: OperationId::$name,
                name: stringify!($name),
                number: $number,
                method: Method::$method,
                path: $path,
                permission: Permission::$permission,
                words: $words,
                cmdlets: &[$($cmdlet),*],
                summary: $summary.trim_ascii_start(),
                errors: &[$(ErrorCode::$error),*],
                body: body_size!($($size)?),
                rows: is_rows!($shape),
                request_schema: SchemaGenerator::subschema_for::<$request>,
                response_schema: SchemaGenerator::subschema_for::<response!($shape $row)>,
            },
        )+];
    };
}

operations! {
    /// Shows version, set-up and vendor daemons of the license server.
    GetServerInfo = 1 {
        Get "/v1/server", ReadOnly, "server", server::GetServerInfo => one server::ServerInfo,
        cmdlets: ["Get-LicenseServer", "Get-LicServerInfo"], errors: []
    }
    /// Shows the certificate of the web services; the only operation that needs no credentials.
    GetCertificate = 2 {
        Get "/v1/certificate", None, "certificate", server::GetCertificate => one server::Certificate,
        cmdlets: ["Get-LicCertificate"], errors: []
    }
    /// Shows what the caller may do.
    GetEffectivePermission = 3 {
        Get "/v1/permission", ReadOnly, "permission", server::GetEffectivePermission => one server::EffectivePermission,
        cmdlets: ["Get-LicEffectivePermission"], errors: []
    }
    /// Lists the accounts that may use the web services.
    GetAdministrators = 10 {
        Get "/v1/administrators", ReadOnly, "administrator list", administrator::GetAdministrators => rows administrator::Administrator,
        cmdlets: ["Get-LicenseAdministrator", "Get-LicAdministrator"], errors: [NoUsers, InvalidFilter]
    }
    /// Adds an account; one that exists is returned unchanged.
    NewAdministrator = 11 {
        Post "/v1/administrators", Full, "administrator new", administrator::NewAdministrator => one administrator::Administrator,
        cmdlets: ["New-LicenseAdministrator", "New-LicAdministrator"], errors: [ActiveDirectoryAccountResolutionFailed, PasswordTooWeak]
    }
    /// Changes the level or password of an account.
    SetAdministrator = 12 {
        Patch "/v1/administrators/{identity}", Full, "administrator set", administrator::SetAdministrator => one administrator::Administrator,
        cmdlets: ["Set-LicenseAdministrator", "Set-LicAdministrator"], errors: [UserNotFound, PasswordTooWeak, LastAdministrator]
    }
    /// Removes an account and ends its tokens.
    RemoveAdministrator = 13 {
        Delete "/v1/administrators/{identity}", Full, "administrator remove", administrator::RemoveAdministrator => one administrator::Administrator,
        cmdlets: ["Remove-LicenseAdministrator", "Remove-LicAdministrator"], errors: [UserNotFound, LastAdministrator]
    }
    /// Lists the bearer tokens, without their secrets.
    GetTokens = 14 {
        Get "/v1/tokens", ReadOnly, "token list", token::GetTokens => rows token::Token,
        cmdlets: ["Get-LicenseToken"], errors: []
    }
    /// Makes a bearer token and shows its secret this once.
    NewToken = 15 {
        Post "/v1/tokens", Full, "token new", token::NewToken => one token::IssuedToken,
        cmdlets: ["New-LicenseToken"], errors: []
    }
    /// Ends a bearer token at once.
    RemoveToken = 16 {
        Delete "/v1/tokens/{tokenId}", Full, "token remove", token::RemoveToken => one token::Token,
        cmdlets: ["Remove-LicenseToken"], errors: [TokenNotFound]
    }
    /// Shows the readable names of features and license types.
    GetLocalizedNames = 20 {
        Get "/v1/names", ReadOnly, "names", names::GetLocalizedNames => one names::LocalizedNames,
        cmdlets: ["Get-LicLocalizedNames"], errors: [LocaleUnsupported]
    }
    /// Lists the error codes in words.
    GetErrors = 21 {
        Get "/v1/errors", ReadOnly, "errors", names::GetErrors => rows names::ErrorDescription,
        cmdlets: ["Get-LicenseErrorCode"], errors: [LocaleUnsupported, InvalidFilter]
    }
    /// Lists the standing alerts.
    GetAlerts = 22 {
        Get "/v1/alerts", ReadOnly, "alert", alert::GetAlerts => rows alert::Alert,
        cmdlets: ["Get-LicenseAlert"], errors: []
    }
    /// Lists what is installed and how much of it is in use, a row for each pool.
    GetInventory = 30 {
        Get "/v1/inventory", ReadOnly, "inventory", inventory::GetInventory => rows inventory::InventoryRow,
        cmdlets: ["Get-LicenseInventory", "Get-LicInventory"], errors: [CitrixLicensingVendorOrServiceDown, NoInventory, LocaleUnsupported]
    }
    /// Lists who holds a seat.
    GetUsage = 31 {
        Get "/v1/usage", ReadOnly, "usage", usage::GetUsage => rows usage::UsageRow,
        cmdlets: ["Get-LicenseUsage", "Get-LicUsageDetails"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Takes seats back from sessions, users and devices, and lists what was released.
    RevokeLeases = 32 {
        Post Large "/v1/leases/revoke", Full, "revoke", usage::RevokeLeases => rows usage::UsageRow,
        cmdlets: ["Revoke-License"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Lists refused requests, why, who held the seats then, and whether they were granted later.
    GetDenials = 33 {
        Get "/v1/denials", ReadOnly, "denial list", denial::GetDenials => rows denial::DenialRow,
        cmdlets: ["Get-LicenseDenial"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Lists the seats that the options file sets aside, and how many of them are in use.
    GetReservations = 34 {
        Get "/v1/reservations", ReadOnly, "reservation list", reservation::GetReservations => rows reservation::ReservationRow,
        cmdlets: ["Get-LicenseReservation"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Lists the requests that wait for seats, in their order.
    GetQueue = 35 {
        Get "/v1/queue", ReadOnly, "queue list", queue::GetQueue => rows queue::QueueRow,
        cmdlets: ["Get-LicenseQueue"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Lists what happened to seats that are assigned to users and devices.
    GetAssignmentEvents = 36 {
        Get "/v1/assignments/events", ReadOnly, "assignment events", assignment::GetAssignmentEvents => rows assignment::AssignmentEventRow,
        cmdlets: ["Get-LicenseAssignmentEvent"], errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter]
    }
    /// Lists the installed license files.
    GetLicenseFiles = 40 {
        Get "/v1/license-files", ReadOnly, "file list", license_file::GetLicenseFiles => rows license_file::LicenseFileInfo,
        cmdlets: ["Get-LicenseFile"], errors: []
    }
    /// Installs a license file after checking it.
    ImportLicenseFile = 41 {
        Post Large "/v1/license-files", Full, "file import", license_file::ImportLicenseFile => one license_file::ImportedLicenseFile,
        cmdlets: ["Import-LicenseFile", "Import-LicLicenseFile"], errors: [FileAlreadyExists, FileWriteFailed, InvalidLicenseFile]
    }
    /// Removes an installed license file.
    RemoveLicenseFile = 42 {
        Delete "/v1/license-files/{fileName}", Full, "file remove", license_file::RemoveLicenseFile => one license_file::RemovedLicenseFile,
        cmdlets: ["Remove-LicenseFile"], errors: [FileNotFound, FileWriteFailed, CitrixLicensingVendorOrServiceDown]
    }
    /// Explains a license file and what it would change, without installing it.
    ExplainLicenseFile = 43 {
        Post Large "/v1/license-files/explain", ReadOnly, "file explain", license_file::ExplainLicenseFile => one license_file::LicenseFileExplanation,
        cmdlets: ["Test-LicenseFile"], errors: []
    }
}

impl OperationId {
    /// Entry of this operation.
    pub fn info(self) -> &'static OperationInfo {
        TABLE
            .iter()
            .find(|info| info.id == self)
            .unwrap_or_else(|| unreachable!("the macro writes the enum and the table from the same entries"))
    }

    /// The operation of that number.
    pub fn from_number(number: u32) -> Option<Self> {
        TABLE
            .iter()
            .find(|info| info.number == number)
            .map(|info| info.id)
    }

    /// The operation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|info| info.name == name).map(|info| info.id)
    }
}
