//! Errors with a stable code, what happened, and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Error category, named like the members of PowerShell's `ErrorCategory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ErrorCategory {
    /// No better category.
    NotSpecified,
    /// Credentials were not accepted.
    AuthenticationError,
    /// No connection, or it broke.
    ConnectionError,
    /// An argument is wrong.
    InvalidArgument,
    /// Data is wrong.
    InvalidData,
    /// Not possible in this state.
    InvalidOperation,
    /// An answer is not understood.
    ProtocolError,
    /// Over a limit.
    LimitsExceeded,
    /// Nothing of that name.
    ObjectNotFound,
    /// Cancelled.
    OperationStopped,
    /// Not answered in time.
    OperationTimeout,
    /// Not allowed.
    PermissionDenied,
    /// Busy or not serving at the moment.
    ResourceUnavailable,
    /// Exists already.
    ResourceExists,
    /// Certificate trouble.
    SecurityError,
    /// Writing failed.
    WriteError,
    /// Reading or opening failed.
    OpenError,
}

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $status:literal, $category:ident, $title:literal, $action:literal;)+) => {
        /// Stable error code. Names and numbers are never reused; names that the snap-in's `LicensingAdminStatus`
        /// has are spelled as there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[repr(u32)]
        pub enum ErrorCode { $($(#[doc = $doc])+ $name = $number,)+ }

        impl ErrorCode {
            /// All codes, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// Stable number.
            pub const fn number(self) -> u32 {
                self as u32
            }

            /// The code of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)+ _ => None }
            }

            /// HTTP status that carries it; 0 for codes that only a client raises.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// Category for PowerShell's error records.
            pub const fn category(self) -> ErrorCategory {
                match self { $(Self::$name => ErrorCategory::$category,)+ }
            }

            /// What happened, in English.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What to do, in English.
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)+ }
            }
        }
    };
}

error_codes! {
    /// No error. Only for callers that compare with the snap-in's status.
    Success = 0, 200, NotSpecified, "The operation succeeded.", "Nothing.";
    /// The caller's permission is too low.
    UserNotAuthorized = 1, 403, PermissionDenied, "The account may not do this.", "Use an account with Full permission, or ask an administrator to raise this one.";
    /// No such account.
    UserNotFound = 2, 404, ObjectNotFound, "There is no such account.", "List the accounts with Get-LicenseAdministrator.";
    /// The list of accounts is empty.
    NoUsers = 3, 404, ObjectNotFound, "No account matches.", "List all accounts with Get-LicenseAdministrator.";
    /// Credentials are missing or wrong.
    AuthorizationFailed = 4, 401, AuthenticationError, "The credentials are missing or wrong.", "Check account and password, or make a new token.";
    /// A filter is wrong.
    InvalidFilter = 5, 400, InvalidArgument, "The filter is not valid.", "Correct the filter; the detail says what is wrong.";
    /// The server's certificate cannot be used.
    InvalidCertificate = 6, 0, SecurityError, "The server's certificate is not valid.", "Have the certificate of the server renewed.";
    /// The server's certificate is not the trusted one.
    CertificateVerificationFailed = 7, 0, SecurityError, "The server's certificate is not the expected one.", "Compare the hash that Get-LicenseCertificate shows with the one on the server, then pass it as CertHash.";
    /// No connection to the server.
    CommunicationError = 8, 0, ConnectionError, "The license server cannot be reached.", "Check address, port and firewall, and that the server runs.";
    /// Something unforeseen.
    UnknownError = 9, 500, NotSpecified, "The server met an unforeseen error.", "Look into the server's log for this time.";
    /// An address type is wrong.
    InvalidType = 10, 400, InvalidArgument, "The type of address is not known.", "Use LS, VD, LAC or WSL.";
    /// A language is not offered.
    LocaleUnsupported = 11, 400, InvalidArgument, "The language is not supported.", "Use one of the languages that the detail lists.";
    /// Nothing is installed.
    NoInventory = 12, 404, ObjectNotFound, "No licenses are installed.", "Import a license file.";
    /// The vendor daemon does not answer.
    CitrixLicensingVendorOrServiceDown = 13, 503, ResourceUnavailable, "The vendor daemon is not serving.", "Wait for its restart; if it stays away, look into the server's log.";
    /// A Subscription Advantage date is wrong.
    InvalidSADateFormat = 14, 400, InvalidArgument, "The Subscription Advantage date is not valid.", "Write it as yyyy.MMdd.";
    /// Start after end.
    InvalidStartDateOrEndDate = 15, 400, InvalidArgument, "The start date is after the end date.", "Exchange or correct the dates.";
    /// A product_edition_model is wrong.
    InvalidProductEditionModelFormat = 16, 400, InvalidArgument, "The feature name is not valid.", "Write product, edition and model joined by underscores.";
    /// The file exists.
    FileAlreadyExists = 17, 409, ResourceExists, "A license file of this name is installed.", "Choose another name, or overwrite it.";
    /// The server could not write the file.
    FileWriteFailed = 18, 500, WriteError, "The license file could not be written.", "Check space and permissions of the server's license folder.";
    /// The file could not be opened.
    FileOpenFailed = 19, 500, OpenError, "The license file could not be opened.", "Check that the file exists and may be read.";
    /// No such file.
    FileNotFound = 20, 404, ObjectNotFound, "There is no such license file.", "List the files with Get-LicenseFile.";
    /// The file is no license file, or nothing in it may be served.
    InvalidLicenseFile = 21, 422, InvalidData, "The file is not a usable license file.", "Run Test-LicenseFile on it and correct what it reports.";
    /// The account cannot be resolved.
    ActiveDirectoryAccountResolutionFailed = 22, 400, InvalidArgument, "The account name cannot be resolved.", "Write DOMAIN\\name, name@domain, or the bare name of a local account.";

    /// Samples are to be taken too often.
    PollingIntervalLessThanMinValue = 30, 400, InvalidArgument, "The interval of samples is too short.", "Give 5 minutes or more; 15 are usual.";
    /// Samples are to be taken too seldom.
    PollingIntervalMoreThanMaxValue = 31, 400, InvalidArgument, "The interval of samples is too long.", "Give 1440 minutes or less; 15 are usual.";
    /// Samples are to be kept too short.
    RetentionPeriodLessThanMinValue = 32, 400, InvalidArgument, "The time for which samples are kept is too short.", "Give 30 days or more; 180 are usual.";
    /// The server may not write its license folder.
    NoWriteAccess = 40, 500, PermissionDenied, "The license folder cannot be written to.", "Give the account of the license server write access to its license folder; nothing was allocated.";
    /// An allocated license file could not be written.
    LicenseWriteFailed = 41, 500, WriteError, "The allocated license file could not be written.", "Check space and permissions of the server's license folder; the server installs the file by itself as soon as it can.";
    /// No such entitlement.
    InvalidEntitlementId = 42, 404, ObjectNotFound, "There is no such entitlement.", "Use the EntitlementId that Get-LicenseEntitlement shows for this access code.";
    /// No such session.
    InvalidSession = 43, 400, InvalidArgument, "The session is not valid.", "List the entitlements again and use the session that the list shows.";
    /// The session has ended.
    SessionExpired = 44, 409, OperationTimeout, "The session has expired.", "List the entitlements again and use the session that the list shows.";
    /// A number of seats that cannot be allocated.
    InvalidCount = 45, 400, InvalidArgument, "The number of seats is not valid.", "Use a number from 1 to the seats that are available.";
    /// Nothing to renew.
    NoSARenewals = 46, 404, ObjectNotFound, "There are no renewals for what is installed.", "Nothing; renewals show as soon as they were bought.";
    /// No such renewal.
    NoRenewalLicenseFound = 47, 404, ObjectNotFound, "There is no such renewal.", "Use a FulfillmentId that Get-LicenseRenewal shows.";
    /// A renewal option is wrong.
    InvalidSARenewalOption = 48, 400, InvalidArgument, "The renewal option is not valid.", "Use Notify, Install or Manual.";
    /// A CEIP option is wrong.
    InvalidCEIPOption = 49, 400, InvalidArgument, "The CEIP option is not valid.", "Use None, Anonymous or Diagnostic.";

    /// The request has fields that are wrong or missing.
    InvalidRequest = 1000, 400, InvalidArgument, "The request is not valid.", "Correct the field that the detail names.";
    /// The request is too large.
    RequestTooLarge = 1001, 413, LimitsExceeded, "The request is too large.", "Send less at once.";
    /// No such path or operation.
    OperationNotFound = 1002, 404, ObjectNotFound, "There is no such operation.", "See /openapi.json for what the server offers.";
    /// The path exists, but not with this method.
    MethodNotAllowed = 1003, 405, InvalidOperation, "The operation has another method.", "See /openapi.json for the methods of this path.";
    /// Too many failed sign-ins.
    AccountLocked = 1004, 429, AuthenticationError, "Too many failed sign-ins.", "Wait as long as the detail says, then try again.";
    /// Too many requests.
    TooManyRequests = 1005, 429, LimitsExceeded, "Too many requests.", "Wait, then try again.";
    /// The last administrator.
    LastAdministrator = 1006, 409, InvalidOperation, "One account with Full permission must remain.", "Add another administrator first.";
    /// A password is too short or too common.
    PasswordTooWeak = 1007, 400, InvalidArgument, "The password is too weak.", "Use 12 characters or more.";
    /// No such token.
    TokenNotFound = 1008, 404, ObjectNotFound, "There is no such token.", "List the tokens with Get-LicenseToken.";
    /// No such lease.
    LeaseNotFound = 1009, 404, ObjectNotFound, "There is no such lease.", "List the holders with Get-LicenseUsage.";
    /// The server is stopping.
    ServerStopping = 1010, 503, ResourceUnavailable, "The server is stopping.", "Try again when it is back.";
    /// Nothing can be made durable.
    StorageUnavailable = 1011, 503, ResourceUnavailable, "The server cannot make changes durable.", "Free disk space or repair the storage that the detail names.";
    /// Stored state is damaged.
    StorageDamaged = 1012, 503, ResourceUnavailable, "The server's stored state is damaged.", "Restore the file that the detail names from the last good backup.";
    /// An account of this name is there already.
    AdministratorExists = 1013, 409, ResourceExists, "There is an account of this name.", "Change it with Set-LicenseAdministrator, or remove it first.";
    /// The license management service is switched off or has no destination.
    ManagementServiceOff = 1020, 409, InvalidOperation, "The license management service is off.", "Switch it on with Set-LicenseManagementService -Enabled $true and set a destination.";
    /// The receiver does not know this server.
    RegistrationMissing = 1021, 409, InvalidOperation, "This server is not registered at the receiver.", "Ask the receiver's administrator for a code and pass it to Set-LicenseManagementService -RegistrationCode.";
    /// An upload is under way.
    UploadUnderWay = 1022, 409, ResourceUnavailable, "An upload is under way.", "Wait for its end; Get-LicenseManagementService shows it.";
    /// The receiver has refused something.
    ReceiverRefused = 1023, 502, InvalidData, "The receiver has refused the upload or the registration.", "The detail has its reason; ask the receiver's administrator.";
    /// The receiver cannot be reached.
    ReceiverUnavailable = 1024, 502, ConnectionError, "The receiver cannot be reached or cannot store anything now.", "Check destination, certificate hash and firewall; the upload is tried again by itself.";
    /// A receipt is not valid.
    InvalidReceipt = 1025, 400, InvalidData, "The receipt is not valid.", "Use the receipt that the receiver gave for a bundle of this server, unchanged.";
    /// The issuer is trusted already.
    IssuerExists = 1050, 409, ResourceExists, "The issuer is trusted already.", "Remove it first with Remove-LicenseIssuer.";
    /// No such issuer.
    IssuerNotFound = 1051, 404, ObjectNotFound, "There is no such issuer.", "List the issuers with Get-LicenseIssuer.";
    /// Lines of an options file cannot be read.
    InvalidOptions = 1052, 422, InvalidData, "The options file has lines that cannot be read.", "Correct the lines that the detail names, or take the file as it is with -Force.";
    /// A backup could not be made or is damaged.
    BackupFailed = 1053, 422, InvalidData, "The backup could not be made, or is not whole.", "The detail says why; make another one with Backup-LicenseServer.";
    /// No such backup.
    BackupNotFound = 1054, 404, ObjectNotFound, "There is no such backup.", "Send it with -Path, or make one with Backup-LicenseServer.";
    /// No such alert.
    AlertNotFound = 1055, 404, ObjectNotFound, "There is no such alert.", "List the active alerts with Get-LicenseAlert.";
    /// No such alert route.
    AlertRouteNotFound = 1056, 404, ObjectNotFound, "There is no such alert route.", "List the routes with Get-LicenseAlertRoute.";
    /// The name of an alert route is taken.
    AlertRouteExists = 1057, 409, ResourceExists, "There is an alert route of this name.", "Change it with Set-LicenseAlertRoute, or remove it first.";

    /// No fulfilment address is set.
    FulfilmentNotConfigured = 1040, 409, InvalidOperation, "This server does not know where to allocate seats.", "Set address and cert_hash in the section fulfilment of licensingd.toml, or use a request file.";
    /// The fulfilment cannot be reached.
    FulfilmentUnavailable = 1041, 502, ConnectionError, "The fulfilment of the vendor cannot be reached or cannot store anything now.", "Check address, certificate hash and firewall; an allocation that was begun is finished by the server itself.";
    /// The fulfilment has refused something unforeseen.
    FulfilmentRefused = 1042, 502, InvalidData, "The fulfilment of the vendor has refused the request.", "The detail has its reason; ask the vendor.";
    /// No such allocation.
    AllocationNotFound = 1043, 404, ObjectNotFound, "There is no such allocation.", "List the allocations with Get-LicenseAllocation.";
    /// An answer file is not valid.
    InvalidAllocationAnswer = 1044, 400, InvalidData, "The answer file is not valid.", "Use the answer that the vendor gave for a request file of this server, unchanged.";
    /// A document of a license server has no valid signature.
    SignatureNotValid = 1045, 400, SecurityError, "The signature of the document is not valid.", "Send the document as the license server has written it.";
    /// An order or an entitlement of this name exists.
    OrderExists = 1046, 409, ResourceExists, "There is an order or an entitlement of this name.", "Give the order another number, or its entitlements other ids.";

    /// The directory or the OpenID issuer cannot be asked.
    DirectoryUnavailable = 1047, 503, ResourceUnavailable, "The directory cannot be asked.", "Check the sections directory and openid of licensingd.toml and the connection; accounts with a password of this server work all the same.";

    /// The client's address is malformed.
    InvalidAddress = 2000, 0, InvalidArgument, "The address is not valid.", "Write https://host:8083, host:port, or the host alone.";
    /// No answer in time.
    Timeout = 2001, 0, OperationTimeout, "The server did not answer in time.", "Try again, or allow more time.";
    /// Cancelled by the caller.
    Cancelled = 2002, 0, OperationStopped, "The operation was cancelled.", "Nothing; if it was a change, look whether it took effect.";
    /// The answer is not understood.
    ProtocolError = 2003, 0, ProtocolError, "The answer is not understood.", "Check that the address is that of a license server and that the versions fit.";
    /// A native handle is not valid.
    InvalidHandle = 2004, 0, InvalidArgument, "The handle is not valid.", "Open it again.";
    /// The native library met a bug.
    InternalError = 2005, 0, NotSpecified, "Internal error in the native library.", "Please report it with the text of the detail.";
    /// A seat was refused.
    SeatDenied = 2006, 0, ResourceUnavailable, "The seat was refused.", "See the reason in the detail.";
    /// A local file cannot be read.
    LocalFileUnreadable = 2007, 0, OpenError, "The local file cannot be read.", "Check the path and your permissions on the file.";
    /// A local file cannot be written.
    LocalFileUnwritable = 2008, 0, WriteError, "The local file cannot be written.", "Check the path, your permissions on it and the space on the disk.";
    /// The clock of this machine was set back, so that tickets cannot be relied on.
    ClockSetBack = 2009, 0, InvalidOperation, "This machine's clock was set back.", "Set the clock right, or connect to the license server.";
    /// The server gave out seats that the issuer of the product's licenses signed nothing for.
    LicenseNotGenuine = 2010, 0, SecurityError, "The license is not one of the product's issuer.", "Have an administrator install the license file of the product's issuer, unchanged, on a license server of a version that shows signed lines to products.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error as it travels: RFC 9457 problem details with a stable code and advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{title} {detail}")]
pub struct Problem {
    /// `urn:licensing:error:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in general.
    pub title: String,
    /// HTTP status; 0 when a client raised it.
    pub status: u16,
    /// What happened, in this case.
    pub detail: String,
    /// Stable code.
    pub code: ErrorCode,
    /// To what it happened; empty when it is the request as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// What to do.
    pub action: String,
    /// Category for PowerShell's error records.
    pub category: ErrorCategory,
    /// Seconds after which trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The problem of each part, where several were asked and none answered; this one repeats the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

impl Problem {
    /// A problem of this code about this detail.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:licensing:error:{}", code.name()),
            title: code.title().to_owned(),
            status: code.http_status(),
            detail: detail.into(),
            code,
            target: String::new(),
            action: code.action().to_owned(),
            category: code.category(),
            retry_after: None,
            problems: Vec::new(),
        }
    }

    /// The problems of several parts, none of which answered, as one. `None` if there are none.
    pub fn of_all(problems: &[Self]) -> Option<Self> {
        let mut whole = problems.first()?.clone();
        if problems.len() > 1 {
            whole.problems = problems.to_vec();
        }
        Some(whole)
    }

    /// Names the thing it happened to.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Replaces the general advice by a better one.
    #[must_use]
    pub fn advise(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}
