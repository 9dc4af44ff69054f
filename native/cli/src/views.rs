//! Which fields of the rows of an operation a table shows, and under which heads. `--json` shows everything.

use licensing_api::OperationId;

/// A field and its head.
pub(crate) type Column = (&'static str, &'static str);

/// Columns of the table of a list, or lines of a record; none where an object is shown whole.
pub(crate) fn columns(operation: OperationId) -> &'static [Column] {
    match operation {
        OperationId::GetAdministrators => ADMINISTRATORS,
        OperationId::GetTokens => TOKENS,
        OperationId::GetErrors => ERROR_CODES,
        OperationId::GetAlerts => ALERTS,
        OperationId::GetInventory => POOLS,
        OperationId::GetUsage | OperationId::RevokeLeases => HOLDERS,
        OperationId::GetDenials => DENIALS,
        OperationId::GetReservations => RESERVATIONS,
        OperationId::GetQueue => QUEUE,
        OperationId::GetAssignmentEvents => ASSIGNMENT_EVENTS,
        OperationId::GetLicenseFiles => LICENSE_FILES,
        OperationId::GetServerInfo => SERVER,
        OperationId::GetCertificate => CERTIFICATE,
        OperationId::GetManagementService
        | OperationId::SetManagementService
        | OperationId::EnableManagementService
        | OperationId::DisableManagementService => MANAGEMENT_SERVICE,
        OperationId::GetUploads => UPLOADS,
        OperationId::GetComplianceFindings | OperationId::TestCompliance => FINDINGS,
        OperationId::GetEffectivePermission
        | OperationId::NewAdministrator
        | OperationId::SetAdministrator
        | OperationId::RemoveAdministrator
        | OperationId::NewToken
        | OperationId::RemoveToken
        | OperationId::GetLocalizedNames
        | OperationId::ImportLicenseFile
        | OperationId::RemoveLicenseFile
        | OperationId::ExplainLicenseFile
        | OperationId::StartUpload
        | OperationId::ExportUpload
        | OperationId::ImportUploadReceipt
        | OperationId::GetCeipOption
        | OperationId::SetCeipOption => WHOLE,
    }
}

/// All fields, each under its own name.
const WHOLE: &[Column] = &[];

const MANAGEMENT_SERVICE: &[Column] = &[
    ("status", "STATUS"),
    ("enabled", "ENABLED"),
    ("destination", "DESTINATION"),
    ("certHash", "CERTIFICATE HASH"),
    ("organization", "ORGANIZATION"),
    ("serverGuid", "SERVER GUID"),
    ("uploadTime", "UPLOAD TIME"),
    ("includeUserHashes", "USER HASHES"),
    ("disasterRecoveryPartner", "PARTNER"),
    ("nextUpload", "NEXT UPLOAD"),
    ("lastUpload", "LAST UPLOAD"),
    ("lastResult", "LAST RESULT"),
    ("lastSuccess", "LAST SUCCESS"),
    ("waiting", "WAITING"),
];

const UPLOADS: &[Column] = &[
    ("sequence", "NUMBER"),
    ("state", "STATE"),
    ("created", "CREATED"),
    ("windowStart", "FROM"),
    ("windowStop", "UNTIL"),
    ("bytes", "BYTES"),
    ("integrity", "INTEGRITY"),
];

const FINDINGS: &[Column] = &[
    ("severity", "SEVERITY"),
    ("kind", "KIND"),
    ("state", "STATE"),
    ("subject", "SUBJECT"),
    ("since", "SINCE"),
    ("detail", "WHAT WAS FOUND"),
    ("action", "WHAT TO DO"),
];

const ADMINISTRATORS: &[Column] = &[
    ("account", "ACCOUNT"),
    ("permissions", "PERMISSIONS"),
    ("group", "GROUP"),
    ("passwordSet", "PASSWORD SET"),
];

const TOKENS: &[Column] = &[
    ("tokenId", "TOKEN ID"),
    ("name", "NAME"),
    ("scope", "SCOPE"),
    ("permissions", "PERMISSIONS"),
    ("account", "ACCOUNT"),
    ("expires", "EXPIRES"),
];

const ERROR_CODES: &[Column] = &[
    ("number", "NUMBER"),
    ("code", "CODE"),
    ("title", "WHAT HAPPENED"),
    ("action", "WHAT TO DO"),
];

const ALERTS: &[Column] = &[
    ("level", "LEVEL"),
    ("code", "CODE"),
    ("detail", "WHAT IT IS ABOUT"),
    ("action", "WHAT TO DO"),
    ("since", "SINCE"),
];

const POOLS: &[Column] = &[
    ("feature", "FEATURE"),
    ("version", "VERSION"),
    ("vendor", "VENDOR"),
    ("licensesAvailable", "INSTALLED"),
    ("licenseOverdraft", "OVERDRAFT"),
    ("licensesInUse", "IN USE"),
    ("overdraftInUse", "OVERDRAWN"),
    ("burst", "BURST"),
    ("borrowed", "BORROWED"),
    ("reserved", "RESERVED"),
    ("queued", "QUEUED"),
    ("free", "FREE"),
    ("licenseExpirationDate", "LAST DAY"),
    ("status", "STATUS"),
    ("signature", "SIGNATURE"),
];

const HOLDERS: &[Column] = &[
    ("feature", "FEATURE"),
    ("user", "USER"),
    ("device", "DEVICE"),
    ("product", "PRODUCT"),
    ("state", "STATE"),
    ("count", "SEATS"),
    ("overdraft", "OVERDRAFT"),
    ("since", "SINCE"),
    ("until", "UNTIL"),
];

const RESERVATIONS: &[Column] = &[
    ("feature", "FEATURE"),
    ("version", "VERSION"),
    ("vendor", "VENDOR"),
    ("kind", "FOR"),
    ("name", "NAME"),
    ("seats", "SEATS"),
    ("inUse", "IN USE"),
    ("idle", "IDLE"),
    ("line", "LINE"),
];

const DENIALS: &[Column] = &[
    ("lastTime", "LAST"),
    ("times", "TIMES"),
    ("feature", "FEATURE"),
    ("user", "USER"),
    ("device", "DEVICE"),
    ("number", "NUMBER"),
    ("detail", "WHY"),
    ("holderCount", "HOLDERS"),
    ("grantedAt", "GRANTED"),
];

const QUEUE: &[Column] = &[
    ("feature", "FEATURE"),
    ("position", "PLACE"),
    ("user", "USER"),
    ("device", "DEVICE"),
    ("product", "PRODUCT"),
    ("count", "SEATS"),
    ("since", "SINCE"),
    ("keptUntil", "KEPT UNTIL"),
];

const ASSIGNMENT_EVENTS: &[Column] = &[
    ("at", "AT"),
    ("event", "EVENT"),
    ("feature", "FEATURE"),
    ("version", "VERSION"),
    ("user", "USER"),
    ("device", "DEVICE"),
];

const LICENSE_FILES: &[Column] = &[
    ("fileName", "FILE"),
    ("vendors", "VENDORS"),
    ("increments", "INCREMENTS"),
    ("signature", "SIGNATURE"),
    ("size", "BYTES"),
    ("installed", "INSTALLED"),
];

const SERVER: &[Column] = &[
    ("hostName", "Host name"),
    ("lsVersion", "Version"),
    ("started", "Started"),
    ("licensePort", "License manager port"),
    ("webServicesPort", "Web services port"),
    ("hostIp", "Web services address"),
    ("userDomain", "Your domain"),
    ("userName", "Your account"),
    ("permissions", "Your permissions"),
    ("vendorDaemons", "Vendor daemons"),
];

const CERTIFICATE: &[Column] = &[
    ("certHash", "Hash (SHA-256)"),
    ("thumbprint", "Thumbprint (SHA-1)"),
    ("subject", "Subject"),
    ("issuer", "Issuer"),
    ("serialNumber", "Serial number"),
    ("notBefore", "Valid from"),
    ("notAfter", "Valid until"),
    ("dnsNames", "Made out to"),
];
