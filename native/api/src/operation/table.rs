//! The entries of the table. How one reads: see the documentation of the parent module.

use schemars::SchemaGenerator;
use serde::{Deserialize, Serialize};

use super::{AnsweredBy, BodySize, Method, Operation, OperationInfo, Rows};
use crate::error::ErrorCode;
use crate::permission::Permission;
use crate::{
    administrator, alert, allocation, assignment, audit, backup, configuration, denial, fulfilment, health,
    history, insight, inventory, issuer, license_file, management, names, option, queue, reservation, server,
    token, usage,
};

operations! { ($)
    /// Shows version, set-up and vendor daemons of the license server.
    GetServerInfo = 1 {
        route: Get "/v1/server",
        permission: ReadOnly,
        words: "server",
        cmdlets: ["Get-LicenseServer", "Get-LicServerInfo", "Get-LicServiceAddedCapability", "Get-LicHistoricalUsage"],
        request: server::GetServerInfo => one server::ServerInfo,
        answered: manager,
        errors: [],
    }
    /// Shows the certificate of the web services; needs no credentials.
    GetCertificate = 2 {
        route: Get "/v1/certificate",
        permission: None,
        words: "certificate",
        cmdlets: ["Get-LicCertificate"],
        request: server::GetCertificate => one server::Certificate,
        answered: manager,
        errors: [],
    }
    /// Shows what the caller may do.
    GetEffectivePermission = 3 {
        route: Get "/v1/permission",
        permission: ReadOnly,
        words: "permission",
        cmdlets: ["Get-LicEffectivePermission"],
        request: server::GetEffectivePermission => one server::EffectivePermission,
        answered: manager,
        errors: [],
    }
    /// Lists the vendor daemons: state, port, leases and how many requests wait.
    GetVendorDaemons = 4 {
        route: Get "/v1/vendor-daemons",
        permission: ReadOnly,
        words: "daemon list",
        cmdlets: ["Get-LicenseVendorDaemon"],
        request: server::GetVendorDaemons => rows server::VendorDaemonRow,
        answered: manager,
        errors: [],
    }
    /// Reads license files and options files again at once, and lists the vendor daemons as they are then.
    RereadLicenses = 5 {
        route: Post "/v1/server/reread",
        permission: Full,
        words: "reread",
        cmdlets: ["Invoke-LicenseReread"],
        request: server::RereadLicenses => rows server::VendorDaemonRow,
        answered: manager,
        errors: [],
    }
    /// Lists the accounts that may use the web services.
    GetAdministrators = 10 {
        route: Get "/v1/administrators",
        permission: ReadOnly,
        words: "administrator list",
        cmdlets: ["Get-LicenseAdministrator", "Get-LicAdministrator"],
        request: administrator::GetAdministrators => rows administrator::Administrator,
        answered: manager,
        errors: [NoUsers, InvalidFilter],
    }
    /// Adds an account.
    NewAdministrator = 11 {
        route: Post "/v1/administrators",
        permission: Full,
        words: "administrator new",
        cmdlets: ["New-LicenseAdministrator", "New-LicAdministrator"],
        request: administrator::NewAdministrator => one administrator::Administrator,
        answered: manager,
        errors: [ActiveDirectoryAccountResolutionFailed, PasswordTooWeak, AdministratorExists],
    }
    /// Changes the level or password of an account.
    SetAdministrator = 12 {
        route: Patch "/v1/administrators/{identity}",
        permission: Full,
        words: "administrator set",
        cmdlets: ["Set-LicenseAdministrator", "Set-LicAdministrator"],
        request: administrator::SetAdministrator => one administrator::Administrator,
        answered: manager,
        errors: [UserNotFound, PasswordTooWeak, LastAdministrator],
    }
    /// Removes an account and ends its tokens.
    RemoveAdministrator = 13 {
        route: Delete "/v1/administrators/{identity}",
        permission: Full,
        words: "administrator remove",
        cmdlets: ["Remove-LicenseAdministrator", "Remove-LicAdministrator"],
        request: administrator::RemoveAdministrator => one administrator::Administrator,
        answered: manager,
        errors: [UserNotFound, LastAdministrator],
    }
    /// Lists the bearer tokens, without their secrets.
    GetTokens = 14 {
        route: Get "/v1/tokens",
        permission: ReadOnly,
        words: "token list",
        cmdlets: ["Get-LicenseToken"],
        request: token::GetTokens => rows token::Token,
        answered: manager,
        errors: [],
    }
    /// Makes a bearer token and shows its secret this once.
    NewToken = 15 {
        route: Post "/v1/tokens",
        permission: Full,
        words: "token new",
        cmdlets: ["New-LicenseToken"],
        request: token::NewToken => one token::IssuedToken,
        answered: manager,
        errors: [],
    }
    /// Ends a bearer token at once.
    RemoveToken = 16 {
        route: Delete "/v1/tokens/{tokenId}",
        permission: Full,
        words: "token remove",
        cmdlets: ["Remove-LicenseToken"],
        request: token::RemoveToken => one token::Token,
        answered: manager,
        errors: [TokenNotFound],
    }
    /// Forgets the failed sign-ins of an account, so that it may sign in again at once.
    ResetAdministrator = 17 {
        route: Post "/v1/administrators/{identity}/reset",
        permission: Full,
        words: "administrator reset",
        cmdlets: ["Reset-LicenseAdministrator"],
        request: administrator::ResetAdministrator => one administrator::Administrator,
        answered: manager,
        errors: [UserNotFound],
    }
    /// Shows the readable names of features and license types.
    GetLocalizedNames = 20 {
        route: Get "/v1/names",
        permission: ReadOnly,
        words: "names",
        cmdlets: ["Get-LicLocalizedNames"],
        request: names::GetLocalizedNames => one names::LocalizedNames,
        answered: manager,
        errors: [LocaleUnsupported],
    }
    /// Lists the error codes in words.
    GetErrors = 21 {
        route: Get "/v1/errors",
        permission: ReadOnly,
        words: "errors",
        cmdlets: ["Get-LicenseErrorCode"],
        request: names::GetErrors => rows names::ErrorDescription,
        answered: manager,
        errors: [LocaleUnsupported, InvalidFilter],
    }
    /// Lists the active alerts.
    GetAlerts = 22 {
        route: Get "/v1/alerts",
        permission: ReadOnly,
        words: "alert",
        cmdlets: ["Get-LicenseAlert", "Get-LicAlerts"],
        request: alert::GetAlerts => rows alert::ActiveAlert,
        answered: manager,
        errors: [LocaleUnsupported],
    }
    /// Lists what is installed and how much of it is in use, a row for each pool.
    GetInventory = 30 {
        route: Get "/v1/inventory",
        permission: ReadOnly,
        words: "inventory",
        cmdlets: ["Get-LicenseInventory", "Get-LicInventory"],
        request: inventory::GetInventory => rows inventory::InventoryRow,
        answered: daemons(reader) within 5 seconds,
        errors: [NoInventory, LocaleUnsupported],
    }
    /// Lists who holds a seat.
    GetUsage = 31 {
        route: Get "/v1/usage",
        permission: ReadOnly,
        words: "usage",
        cmdlets: ["Get-LicenseUsage", "Get-LicUsageDetails"],
        request: usage::GetUsage => rows usage::UsageRow,
        answered: daemons within 5 seconds,
        errors: [InvalidFilter],
    }
    /// Takes seats back from sessions, users and devices, and lists what was released.
    RevokeLeases = 32 {
        route: Post "/v1/leases/revoke",
        permission: Full,
        words: "revoke",
        cmdlets: ["Revoke-License"],
        request: usage::RevokeLeases => rows usage::UsageRow,
        body: Large,
        answered: daemons(reader) within 30 seconds,
        errors: [InvalidFilter],
    }
    /// Lists refused requests, why, who held the seats then, and whether they were granted later.
    GetDenials = 33 {
        route: Get "/v1/denials",
        permission: ReadOnly,
        words: "denial list",
        cmdlets: ["Get-LicenseDenial"],
        request: denial::GetDenials => rows denial::DenialRow,
        answered: daemons(reader) within 10 seconds,
        errors: [InvalidFilter],
    }
    /// Lists the seats that the options file sets aside, and how many of them are in use.
    GetReservations = 34 {
        route: Get "/v1/reservations",
        permission: ReadOnly,
        words: "reservation list",
        cmdlets: ["Get-LicenseReservation"],
        request: reservation::GetReservations => rows reservation::ReservationRow,
        answered: daemons within 5 seconds,
        errors: [InvalidFilter],
    }
    /// Lists the requests that wait for seats, in their order.
    GetQueue = 35 {
        route: Get "/v1/queue",
        permission: ReadOnly,
        words: "queue list",
        cmdlets: ["Get-LicenseQueue"],
        request: queue::GetQueue => rows queue::QueueRow,
        answered: daemons within 5 seconds,
        errors: [InvalidFilter],
    }
    /// Lists what happened to seats that are assigned to users and devices.
    GetAssignmentEvents = 36 {
        route: Get "/v1/assignments/events",
        permission: ReadOnly,
        words: "assignment events",
        cmdlets: ["Get-LicenseAssignmentEvent"],
        request: assignment::GetAssignmentEvents => rows assignment::AssignmentEventRow,
        answered: daemons(reader) within 10 seconds,
        errors: [InvalidFilter, RequestTooLarge],
    }
    /// Lists what all pools of each feature have together.
    GetFeatureTotals = 38 {
        route: Get "/v1/features",
        permission: ReadOnly,
        words: "feature list",
        cmdlets: ["Get-LicenseInventory"],
        request: inventory::GetFeatureTotals => rows inventory::FeatureTotal,
        answered: manager,
        errors: [NoInventory, CitrixLicensingVendorOrServiceDown],
    }
    /// Lists how many seats were in use in each hour, day or month, with overdraft and denials.
    GetUsageHistory = 50 {
        route: Get "/v1/usage/history",
        permission: ReadOnly,
        words: "usage history",
        cmdlets: ["Get-LicenseUsageHistory"],
        request: history::GetUsageHistory => rows history::UsageHistoryRow,
        answered: daemons(reader) within 60 seconds,
        errors: [InvalidFilter, InvalidStartDateOrEndDate, RequestTooLarge],
    }
    /// Lists the samples of the seats in use of each pool.
    GetUsageSamples = 51 {
        route: Get "/v1/usage/samples",
        permission: ReadOnly,
        words: "usage samples",
        cmdlets: ["Get-LicHistoricalUsage"],
        request: history::GetUsageSamples => rows history::PoolSamplesRow,
        answered: daemons(reader) within 60 seconds,
        errors: [InvalidStartDateOrEndDate],
    }
    /// Shows when seats run out, and how sure that is.
    GetForecast = 52 {
        route: Get "/v1/usage/forecast",
        permission: ReadOnly,
        words: "usage forecast",
        cmdlets: ["Get-LicenseForecast"],
        request: history::GetForecast => rows history::ForecastRow,
        answered: daemons within 60 seconds,
        errors: [],
    }
    /// Makes a report of the use of seats as CSV, JSON, or a page with charts.
    ExportUsageReport = 53 {
        route: Get "/v1/usage/report",
        permission: ReadOnly,
        words: "usage report",
        cmdlets: ["Export-LicenseUsageReport"],
        request: history::ExportUsageReport => one history::UsageReportFile,
        answered: manager,
        errors: [InvalidFilter, InvalidStartDateOrEndDate, RequestTooLarge, CitrixLicensingVendorOrServiceDown],
    }
    /// Shows whether and how often samples of the seats in use are taken.
    GetUsageSampling = 54 {
        route: Get "/v1/usage/sampling",
        permission: ReadOnly,
        words: "usage sampling",
        cmdlets: ["Get-LicConfigUsageSamples"],
        request: history::GetUsageSampling => one history::UsageSampling,
        answered: manager,
        errors: [],
    }
    /// Lists audit records of seats, accounts and settings, from sealed segments and databases.
    GetAudit = 56 {
        route: Get "/v1/audit",
        permission: ReadOnly,
        words: "audit list",
        cmdlets: ["Get-LicenseAudit"],
        request: audit::GetAudit => rows audit::AuditRow,
        answered: daemons(reader) within 60 seconds,
        errors: [InvalidFilter, InvalidStartDateOrEndDate],
    }
    /// Verifies the whole audit, over sealed segments and databases.
    TestAudit = 57 {
        route: Post "/v1/audit/test",
        permission: ReadOnly,
        words: "audit test",
        cmdlets: ["Test-LicenseAudit"],
        request: audit::TestAudit => rows audit::AuditCheck,
        answered: daemons(reader) within 600 seconds,
        errors: [InvalidFilter],
    }
    /// Lists the installed license files.
    GetLicenseFiles = 40 {
        route: Get "/v1/license-files",
        permission: ReadOnly,
        words: "file list",
        cmdlets: ["Get-LicenseFile"],
        request: license_file::GetLicenseFiles => rows license_file::LicenseFileInfo,
        answered: manager,
        errors: [],
    }
    /// Installs a license file after checking it.
    ImportLicenseFile = 41 {
        route: Post "/v1/license-files",
        permission: Full,
        words: "file import",
        cmdlets: ["Import-LicenseFile", "Import-LicLicenseFile"],
        request: license_file::ImportLicenseFile => one license_file::ImportedLicenseFile,
        body: Large,
        answered: manager,
        errors: [FileAlreadyExists, FileWriteFailed, InvalidLicenseFile],
    }
    /// Removes an installed license file.
    RemoveLicenseFile = 42 {
        route: Delete "/v1/license-files/{fileName}",
        permission: Full,
        words: "file remove",
        cmdlets: ["Remove-LicenseFile"],
        request: license_file::RemoveLicenseFile => one license_file::RemovedLicenseFile,
        answered: manager,
        errors: [FileNotFound, FileWriteFailed, CitrixLicensingVendorOrServiceDown],
    }
    /// Explains a license file and what it would change, without installing it.
    ExplainLicenseFile = 43 {
        route: Post "/v1/license-files/explain",
        permission: ReadOnly,
        words: "file explain",
        cmdlets: ["Test-LicenseFile"],
        request: license_file::ExplainLicenseFile => one license_file::LicenseFileExplanation,
        body: Large,
        answered: manager,
        errors: [],
    }
    /// Shows the license management service and its next upload.
    GetManagementService = 60 {
        route: Get "/v1/management-service",
        permission: ReadOnly,
        words: "management-service status",
        cmdlets: ["Get-LicenseManagementService"],
        request: management::GetManagementService => one management::ManagementService,
        answered: manager,
        errors: [],
    }
    /// Changes the license management service; takes effect at once.
    SetManagementService = 61 {
        route: Patch "/v1/management-service",
        permission: Full,
        words: "management-service set",
        cmdlets: ["Set-LicenseManagementService"],
        request: management::SetManagementService => one management::ManagementService,
        answered: manager,
        errors: [ManagementServiceOff, ReceiverRefused, ReceiverUnavailable, RegistrationMissing, StorageUnavailable],
    }
    /// Switches the license management service on.
    EnableManagementService = 62 {
        route: Post "/v1/management-service/enable",
        permission: Full,
        words: "management-service enable",
        cmdlets: [],
        request: management::EnableManagementService => one management::ManagementService,
        answered: manager,
        errors: [ManagementServiceOff, StorageUnavailable],
    }
    /// Switches the license management service off: an upload that is under way is cancelled, and nothing is sent afterwards.
    DisableManagementService = 63 {
        route: Post "/v1/management-service/disable",
        permission: Full,
        words: "management-service disable",
        cmdlets: [],
        request: management::DisableManagementService => one management::ManagementService,
        answered: manager,
        errors: [StorageUnavailable],
    }
    /// Uploads now, and waits for the end.
    StartUpload = 64 {
        route: Post "/v1/uploads/start",
        permission: Full,
        words: "upload start",
        cmdlets: ["Start-LicenseUpload"],
        request: management::StartUpload => one management::UploadOutcome,
        answered: manager,
        errors: [CitrixLicensingVendorOrServiceDown, ManagementServiceOff, UploadUnderWay, RegistrationMissing, ReceiverRefused, ReceiverUnavailable, StorageUnavailable],
    }
    /// Lists what was sent, what waits, and what would be sent now, byte for byte.
    GetUploads = 65 {
        route: Get "/v1/uploads",
        permission: ReadOnly,
        words: "upload list",
        cmdlets: ["Get-LicenseUpload"],
        request: management::GetUploads => rows management::UploadRow,
        answered: manager,
        errors: [CitrixLicensingVendorOrServiceDown, StorageUnavailable],
    }
    /// Writes a fresh upload and all that wait into a signed bundle, for servers without a connection.
    ExportUpload = 66 {
        route: Post "/v1/uploads/export",
        permission: Full,
        words: "upload export",
        cmdlets: ["Export-LicenseUpload"],
        request: management::ExportUpload => one management::ExportedUpload,
        answered: manager,
        errors: [CitrixLicensingVendorOrServiceDown, StorageUnavailable],
    }
    /// Settles uploads by the receipt that the receiver gave for a bundle.
    ImportUploadReceipt = 67 {
        route: Post "/v1/uploads/receipt",
        permission: Full,
        words: "upload receipt",
        cmdlets: ["Import-LicenseUploadReceipt"],
        request: management::ImportUploadReceipt => one management::ImportedReceipt,
        body: Large,
        answered: manager,
        errors: [InvalidReceipt, RegistrationMissing, StorageUnavailable],
    }
    /// Lists what the receiver has found about this server.
    GetComplianceFindings = 68 {
        route: Get "/v1/compliance/findings",
        permission: ReadOnly,
        words: "compliance list",
        cmdlets: ["Get-LicenseComplianceFinding"],
        request: management::GetComplianceFindings => rows management::ComplianceFinding,
        answered: manager,
        errors: [],
    }
    /// Finds on this server which licenses are rescinded, too old or used beyond what is possible.
    TestCompliance = 69 {
        route: Post "/v1/compliance/test",
        permission: ReadOnly,
        words: "compliance test",
        cmdlets: ["Test-LicenseCompliance"],
        request: management::TestCompliance => rows management::ComplianceFinding,
        answered: manager,
        errors: [CitrixLicensingVendorOrServiceDown, StorageUnavailable],
    }
    /// Shows what is sent beside the compliance part of uploads.
    GetCeipOption = 70 {
        route: Get "/v1/ceip",
        permission: ReadOnly,
        words: "ceip get",
        cmdlets: ["Get-LicCEIPOption"],
        request: management::GetCeipOption => one management::CeipOption,
        answered: manager,
        errors: [],
    }
    /// Changes what is sent beside the compliance part of uploads.
    SetCeipOption = 71 {
        route: Put "/v1/ceip",
        permission: Full,
        words: "ceip set",
        cmdlets: ["Set-LicCEIPOption"],
        request: management::SetCeipOption => one management::CeipOption,
        answered: manager,
        errors: [StorageUnavailable],
    }
    /// Lists the settings of the server, with the values in effect and those that wait for a restart.
    GetConfiguration = 110 {
        route: Get "/v1/configuration",
        permission: ReadOnly,
        words: "configuration list",
        cmdlets: ["Get-LicenseServerConfiguration"],
        request: configuration::GetConfiguration => rows configuration::SettingRow,
        answered: manager,
        errors: [],
    }
    /// Changes settings, all of them or none, and says which are in effect at once and which wait for a restart.
    SetConfiguration = 111 {
        route: Patch "/v1/configuration",
        permission: Full,
        words: "configuration set",
        cmdlets: ["Set-LicenseServerConfiguration", "Set-LicConfigUsageSamples"],
        request: configuration::SetConfiguration => one configuration::ConfigurationChange,
        answered: manager,
        errors: [],
    }
    /// Replaces the certificate of the server without a restart, or announces the one that will follow.
    SetCertificate = 112 {
        route: Put "/v1/certificate",
        permission: Full,
        words: "certificate-set",
        cmdlets: ["Set-LicenseServerCertificate"],
        request: server::SetCertificate => one server::Certificate,
        body: Large,
        answered: manager,
        errors: [],
    }
    /// Lists the issuers whose signatures the server trusts.
    GetIssuers = 113 {
        route: Get "/v1/issuers",
        permission: ReadOnly,
        words: "issuer list",
        cmdlets: ["Get-LicenseIssuer"],
        request: issuer::GetIssuers => rows issuer::Issuer,
        answered: manager,
        errors: [],
    }
    /// Trusts an issuer from now on.
    AddIssuer = 114 {
        route: Post "/v1/issuers",
        permission: Full,
        words: "issuer add",
        cmdlets: ["Add-LicenseIssuer"],
        request: issuer::AddIssuer => one issuer::ChangedIssuer,
        answered: manager,
        errors: [IssuerExists, CitrixLicensingVendorOrServiceDown],
    }
    /// No longer trusts an issuer; lines that it signed serve no more.
    RemoveIssuer = 115 {
        route: Delete "/v1/issuers/{keyId}",
        permission: Full,
        words: "issuer remove",
        cmdlets: ["Remove-LicenseIssuer"],
        request: issuer::RemoveIssuer => one issuer::ChangedIssuer,
        answered: manager,
        errors: [IssuerNotFound, CitrixLicensingVendorOrServiceDown],
    }
    /// Lists the lines of the options files, with what each means.
    GetOptions = 116 {
        route: Get "/v1/options",
        permission: ReadOnly,
        words: "option list",
        cmdlets: ["Get-LicenseOption"],
        request: option::GetOptions => rows option::OptionLine,
        answered: manager,
        errors: [],
    }
    /// Explains an options file, and who would lose or gain seats by it; nothing is changed.
    ExplainOptions = 117 {
        route: Post "/v1/options/explain",
        permission: ReadOnly,
        words: "option explain",
        cmdlets: ["Set-LicenseOption"],
        request: option::ExplainOptions => one option::OptionsExplanation,
        body: Large,
        answered: manager,
        errors: [CitrixLicensingVendorOrServiceDown, InvalidFilter],
    }
    /// Replaces the options file of a vendor after explaining it.
    SetOptions = 118 {
        route: Put "/v1/options/{vendor}",
        permission: Full,
        words: "option set",
        cmdlets: ["Set-LicenseOption"],
        request: option::SetOptions => one option::OptionsExplanation,
        body: Large,
        answered: manager,
        errors: [InvalidOptions, CitrixLicensingVendorOrServiceDown, InvalidFilter],
    }
    /// Checks ports, daemons, clock, certificate, disk, trust, license files, uploads, databases and audit.
    TestServer = 119 {
        route: Post "/v1/server/test",
        permission: ReadOnly,
        words: "doctor",
        cmdlets: ["Test-LicenseServer"],
        request: health::TestServer => rows health::HealthCheck,
        answered: manager,
        errors: [],
    }
    /// Lists the backups that the server keeps.
    GetBackups = 120 {
        route: Get "/v1/backups",
        permission: ReadOnly,
        words: "backup list",
        cmdlets: ["Get-LicenseBackup"],
        request: backup::GetBackups => rows backup::Backup,
        answered: manager,
        errors: [],
    }
    /// Saves the server to an archive, while it runs.
    NewBackup = 121 {
        route: Post "/v1/backups",
        permission: Full,
        words: "backup new",
        cmdlets: ["Backup-LicenseServer"],
        request: backup::NewBackup => one backup::Backup,
        answered: manager,
        errors: [BackupFailed],
    }
    /// Takes one piece of an archive.
    GetBackupPiece = 122 {
        route: Post "/v1/backups/read",
        permission: Full,
        words: "backup read",
        cmdlets: [],
        request: backup::GetBackupPiece => one backup::BackupPiece,
        answered: manager,
        errors: [BackupNotFound],
    }
    /// Sends one piece of an archive to the server.
    ImportBackupPiece = 123 {
        route: Post "/v1/backups/write",
        permission: Full,
        words: "backup write",
        cmdlets: [],
        request: backup::ImportBackupPiece => one backup::BackupPiece,
        body: Large,
        answered: manager,
        errors: [BackupFailed],
    }
    /// Checks every file and every database of an archive.
    TestBackup = 124 {
        route: Post "/v1/backups/test",
        permission: Full,
        words: "backup test",
        cmdlets: ["Test-LicenseBackup"],
        request: backup::TestBackup => one backup::BackupCheck,
        answered: manager,
        errors: [BackupNotFound, BackupFailed],
    }
    /// Restores the server from an archive at its next start.
    RestoreBackup = 125 {
        route: Post "/v1/backups/restore",
        permission: Full,
        words: "backup restore",
        cmdlets: ["Restore-LicenseServer"],
        request: backup::RestoreBackup => one backup::BackupCheck,
        answered: manager,
        errors: [BackupNotFound, BackupFailed],
    }
    /// Acknowledges an alert: no more messages are sent about it until it is over.
    ConfirmAlert = 130 {
        route: Post "/v1/alerts/acknowledge",
        permission: Full,
        words: "alert-acknowledge",
        cmdlets: ["Confirm-LicenseAlert"],
        request: alert::ConfirmAlert => one alert::ActiveAlert,
        answered: manager,
        errors: [AlertNotFound],
    }
    /// Lists where alerts are sent.
    GetAlertRoutes = 131 {
        route: Get "/v1/alert-routes",
        permission: ReadOnly,
        words: "alert-route list",
        cmdlets: ["Get-LicenseAlertRoute"],
        request: alert::GetAlertRoutes => rows alert::AlertRoute,
        answered: manager,
        errors: [],
    }
    /// Sends alerts to a mail address or a webhook from now on.
    NewAlertRoute = 132 {
        route: Post "/v1/alert-routes",
        permission: Full,
        words: "alert-route new",
        cmdlets: ["New-LicenseAlertRoute"],
        request: alert::NewAlertRoute => one alert::AlertRoute,
        answered: manager,
        errors: [AlertRouteExists, LocaleUnsupported],
    }
    /// Changes where and which alerts are sent.
    SetAlertRoute = 133 {
        route: Patch "/v1/alert-routes/{name}",
        permission: Full,
        words: "alert-route set",
        cmdlets: ["Set-LicenseAlertRoute"],
        request: alert::SetAlertRoute => one alert::AlertRoute,
        answered: manager,
        errors: [AlertRouteNotFound, LocaleUnsupported],
    }
    /// Removes an alert route, and the messages that wait for it.
    RemoveAlertRoute = 134 {
        route: Delete "/v1/alert-routes/{name}",
        permission: Full,
        words: "alert-route remove",
        cmdlets: ["Remove-LicenseAlertRoute"],
        request: alert::RemoveAlertRoute => one alert::AlertRoute,
        answered: manager,
        errors: [AlertRouteNotFound],
    }
    /// Sends one message by a route, and tells how that went.
    TestAlertRoute = 135 {
        route: Post "/v1/alert-routes/{name}/test",
        permission: Full,
        words: "alert-route test",
        cmdlets: ["Test-LicenseAlertRoute"],
        request: alert::TestAlertRoute => one alert::AlertRouteTest,
        answered: manager,
        errors: [AlertRouteNotFound],
    }
    /// Lists the license servers that Insight Services know.
    GetInsightServers = 80 {
        route: Get "/v1/insight/servers",
        permission: ReadOnly,
        words: "insight-server list",
        cmdlets: ["Get-InsightServer"],
        request: insight::GetInsightServers => rows insight::InsightServer,
        answered: insight,
        errors: [],
    }
    /// Makes a one-time code that registers one license server.
    NewInsightRegistration = 81 {
        route: Post "/v1/insight/registrations",
        permission: Full,
        words: "insight-server register",
        cmdlets: ["New-InsightRegistration"],
        request: insight::NewInsightRegistration => one insight::InsightRegistration,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Removes the registration of a license server; its uploads are refused from then on.
    RemoveInsightServer = 82 {
        route: Delete "/v1/insight/servers/{serverGuid}",
        permission: Full,
        words: "insight-server unregister",
        cmdlets: ["Remove-InsightServer"],
        request: insight::RemoveInsightServer => one insight::InsightServer,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists the uploads that Insight Services have stored.
    GetInsightUploads = 83 {
        route: Get "/v1/insight/uploads",
        permission: ReadOnly,
        words: "insight-upload list",
        cmdlets: ["Get-InsightUpload"],
        request: insight::GetInsightUploads => rows insight::InsightUpload,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists what Insight Services have found.
    GetInsightFindings = 84 {
        route: Get "/v1/insight/findings",
        permission: ReadOnly,
        words: "insight-finding list",
        cmdlets: ["Get-InsightFinding"],
        request: insight::GetInsightFindings => rows insight::InsightFinding,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Acknowledges a finding with a reason; it is open again when its cause comes back.
    ConfirmInsightFinding = 85 {
        route: Post "/v1/insight/findings/acknowledge",
        permission: Full,
        words: "insight-finding acknowledge",
        cmdlets: ["Confirm-InsightFinding"],
        request: insight::ConfirmInsightFinding => one insight::InsightFinding,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists the serial numbers that their vendors have rescinded.
    GetInsightRescissions = 86 {
        route: Get "/v1/insight/rescissions",
        permission: ReadOnly,
        words: "insight-rescission list",
        cmdlets: ["Get-InsightRescission"],
        request: insight::GetInsightRescissions => rows insight::InsightRescission,
        answered: insight,
        errors: [],
    }
    /// Imports a list of rescinded serial numbers.
    ImportInsightRescissions = 87 {
        route: Post "/v1/insight/rescissions",
        permission: Full,
        words: "insight-rescission import",
        cmdlets: ["Import-InsightRescission"],
        request: insight::ImportInsightRescissions => rows insight::InsightRescission,
        body: Large,
        answered: insight,
        errors: [],
    }
    /// Withdraws a rescission; findings about it resolve.
    RemoveInsightRescission = 88 {
        route: Post "/v1/insight/rescissions/withdraw",
        permission: Full,
        words: "insight-rescission withdraw",
        cmdlets: ["Remove-InsightRescission"],
        request: insight::RemoveInsightRescission => rows insight::InsightRescission,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists the declared disaster recovery pairs.
    GetInsightPairs = 89 {
        route: Get "/v1/insight/pairs",
        permission: ReadOnly,
        words: "insight-pair list",
        cmdlets: ["Get-InsightPair"],
        request: insight::GetInsightPairs => rows insight::InsightPair,
        answered: insight,
        errors: [],
    }
    /// Declares that two servers are a disaster recovery pair and may have the same licenses installed.
    NewInsightPair = 90 {
        route: Post "/v1/insight/pairs",
        permission: Full,
        words: "insight-pair new",
        cmdlets: ["New-InsightPair"],
        request: insight::NewInsightPair => one insight::InsightPair,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Ends a disaster recovery pair.
    RemoveInsightPair = 91 {
        route: Post "/v1/insight/pairs/remove",
        permission: Full,
        words: "insight-pair remove",
        cmdlets: ["Remove-InsightPair"],
        request: insight::RemoveInsightPair => one insight::InsightPair,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Takes the bundle of a server without a connection, and gives the receipt for it.
    ImportInsightBundle = 92 {
        route: Post "/v1/insight/bundles",
        permission: Full,
        words: "insight-bundle import",
        cmdlets: ["Import-InsightBundle"],
        request: insight::ImportInsightBundle => one insight::InsightReceipt,
        body: Large,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Shows peaks, forecasts and unused seats of each feature.
    GetInsightCapacity = 93 {
        route: Get "/v1/insight/capacity",
        permission: ReadOnly,
        words: "insight-capacity",
        cmdlets: ["Get-InsightCapacity"],
        request: insight::GetInsightCapacity => rows insight::InsightCapacity,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists the dates that product versions require of the licenses they use.
    GetInsightRequirements = 94 {
        route: Get "/v1/insight/requirements",
        permission: ReadOnly,
        words: "insight-requirement list",
        cmdlets: ["Get-InsightRequirement"],
        request: insight::GetInsightRequirements => rows insight::InsightRequirement,
        answered: insight,
        errors: [],
    }
    /// Imports a list of dates that product versions require.
    ImportInsightRequirements = 95 {
        route: Post "/v1/insight/requirements",
        permission: Full,
        words: "insight-requirement import",
        cmdlets: ["Import-InsightRequirement"],
        request: insight::ImportInsightRequirements => rows insight::InsightRequirement,
        body: Large,
        answered: insight,
        errors: [],
    }
    /// Removes a date that a product version requires; findings about it resolve.
    RemoveInsightRequirement = 96 {
        route: Post "/v1/insight/requirements/remove",
        permission: Full,
        words: "insight-requirement remove",
        cmdlets: ["Remove-InsightRequirement"],
        request: insight::RemoveInsightRequirement => rows insight::InsightRequirement,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists the organizations that use Insight Services.
    GetInsightOrganizations = 97 {
        route: Get "/v1/insight/organizations",
        permission: ReadOnly,
        words: "insight-organization list",
        cmdlets: ["Get-InsightOrganization"],
        request: insight::GetInsightOrganizations => rows insight::InsightOrganization,
        answered: insight,
        errors: [],
    }
    /// Adds an organization.
    NewInsightOrganization = 98 {
        route: Post "/v1/insight/organizations",
        permission: Full,
        words: "insight-organization new",
        cmdlets: ["New-InsightOrganization"],
        request: insight::NewInsightOrganization => one insight::InsightOrganization,
        answered: insight,
        errors: [],
    }
    /// Lists the accounts that may use Insight Services.
    GetInsightAccounts = 99 {
        route: Get "/v1/insight/accounts",
        permission: ReadOnly,
        words: "insight-account list",
        cmdlets: ["Get-InsightAccount"],
        request: insight::GetInsightAccounts => rows insight::InsightAccount,
        answered: insight,
        errors: [],
    }
    /// Adds an account of Insight Services and shows its token this once.
    NewInsightAccount = 100 {
        route: Post "/v1/insight/accounts",
        permission: Full,
        words: "insight-account new",
        cmdlets: ["New-InsightAccount"],
        request: insight::NewInsightAccount => one insight::AddedInsightAccount,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Removes an account of Insight Services; its token is of no use from then on.
    RemoveInsightAccount = 101 {
        route: Post "/v1/insight/accounts/remove",
        permission: Full,
        words: "insight-account remove",
        cmdlets: ["Remove-InsightAccount"],
        request: insight::RemoveInsightAccount => one insight::InsightAccount,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists where findings are delivered to.
    GetInsightTargets = 102 {
        route: Get "/v1/insight/targets",
        permission: ReadOnly,
        words: "insight-target list",
        cmdlets: ["Get-InsightTarget"],
        request: insight::GetInsightTargets => rows insight::InsightTarget,
        answered: insight,
        errors: [],
    }
    /// Adds a mail address or a webhook that findings are delivered to.
    NewInsightTarget = 103 {
        route: Post "/v1/insight/targets",
        permission: Full,
        words: "insight-target new",
        cmdlets: ["New-InsightTarget"],
        request: insight::NewInsightTarget => one insight::AddedInsightTarget,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Removes a target; what waits for it is dropped.
    RemoveInsightTarget = 104 {
        route: Post "/v1/insight/targets/remove",
        permission: Full,
        words: "insight-target remove",
        cmdlets: ["Remove-InsightTarget"],
        request: insight::RemoveInsightTarget => one insight::InsightTarget,
        answered: insight,
        errors: [InvalidFilter],
    }
    /// Lists what an access code owns, and opens a session in which its seats can be allocated.
    GetEntitlements = 150 {
        route: Post "/v1/entitlements",
        permission: Full,
        words: "entitlement list",
        cmdlets: ["Get-LicenseEntitlement", "Get-LicEntitlements"],
        request: allocation::GetEntitlements => rows allocation::Entitlement,
        answered: manager,
        errors: [UserNotFound, FulfilmentNotConfigured, FulfilmentUnavailable, FulfilmentRefused],
    }
    /// Allocates seats of an entitlement to this server and installs the license file.
    NewAllocation = 151 {
        route: Post "/v1/allocations",
        permission: Full,
        words: "allocation new",
        cmdlets: ["New-LicenseAllocation", "New-LicAllocation"],
        request: allocation::NewAllocation => one allocation::Allocation,
        answered: manager,
        errors: [InvalidEntitlementId, InvalidSession, SessionExpired, InvalidCount, NoWriteAccess, LicenseWriteFailed, InvalidLicenseFile, FulfilmentNotConfigured, FulfilmentUnavailable, FulfilmentRefused],
    }
    /// Lists the allocations of this server.
    GetAllocations = 152 {
        route: Get "/v1/allocations",
        permission: ReadOnly,
        words: "allocation list",
        cmdlets: ["Get-LicenseAllocation"],
        request: allocation::GetAllocations => rows allocation::Allocation,
        answered: manager,
        errors: [],
    }
    /// Returns the seats of an allocation: removes its license file and gives the vendor the signed proof.
    ReturnAllocation = 153 {
        route: Post "/v1/allocations/{fulfillmentId}/return",
        permission: Full,
        words: "allocation return",
        cmdlets: ["Remove-LicenseAllocation"],
        request: allocation::ReturnAllocation => one allocation::ReturnedAllocation,
        answered: manager,
        errors: [AllocationNotFound, NoWriteAccess, LicenseWriteFailed, FulfilmentNotConfigured, FulfilmentUnavailable, FulfilmentRefused],
    }
    /// Writes a request file for a server without a connection to the vendor.
    ExportAllocationRequest = 154 {
        route: Post "/v1/allocations/request",
        permission: Full,
        words: "allocation request",
        cmdlets: ["Export-LicenseAllocationRequest"],
        request: allocation::ExportAllocationRequest => one allocation::ExportedAllocationRequest,
        answered: manager,
        errors: [InvalidCount, UserNotFound],
    }
    /// Installs the license file of an answer file.
    ImportAllocationAnswer = 155 {
        route: Post "/v1/allocations/answer",
        permission: Full,
        words: "allocation answer",
        cmdlets: ["Import-LicenseAllocationAnswer"],
        request: allocation::ImportAllocationAnswer => one allocation::Allocation,
        body: Large,
        answered: manager,
        errors: [InvalidAllocationAnswer, NoWriteAccess, LicenseWriteFailed, InvalidLicenseFile],
    }
    /// Lists the renewals that the vendor offers for what is installed.
    GetRenewals = 156 {
        route: Get "/v1/renewals",
        permission: Full,
        words: "renewal list",
        cmdlets: ["Get-LicenseRenewal", "Get-LicRenewals"],
        request: allocation::GetRenewals => rows allocation::Renewal,
        answered: manager,
        errors: [NoSARenewals, FulfilmentNotConfigured, FulfilmentUnavailable, FulfilmentRefused],
    }
    /// Installs a renewal in place of what it renews.
    InstallRenewal = 157 {
        route: Post "/v1/renewals/{fulfillmentId}/install",
        permission: Full,
        words: "renewal install",
        cmdlets: ["Install-LicenseRenewal", "Install-LicRenewals"],
        request: allocation::InstallRenewal => one allocation::Allocation,
        answered: manager,
        errors: [NoRenewalLicenseFound, InvalidEntitlementId, InvalidCount, NoWriteAccess, LicenseWriteFailed, InvalidLicenseFile, FulfilmentNotConfigured, FulfilmentUnavailable, FulfilmentRefused],
    }
    /// Shows what the server does about renewals by itself.
    GetRenewalOption = 158 {
        route: Get "/v1/renewal-option",
        permission: ReadOnly,
        words: "renewal option",
        cmdlets: ["Get-LicenseRenewalOption", "Get-LicSARenewalOptions"],
        request: allocation::GetRenewalOption => one allocation::RenewalOptionRow,
        answered: manager,
        errors: [],
    }
    /// Changes what the server does about renewals by itself.
    SetRenewalOption = 159 {
        route: Put "/v1/renewal-option",
        permission: Full,
        words: "renewal set",
        cmdlets: ["Set-LicenseRenewalOption", "Set-LicSARenewalOptions"],
        request: allocation::SetRenewalOption => one allocation::RenewalOptionRow,
        answered: manager,
        errors: [InvalidSARenewalOption],
    }
    /// Tells a license server what an access code owns; its signed document stands for credentials.
    FulfilEntitlements = 170 {
        route: Post "/v1/fulfilment/entitlements",
        permission: None,
        words: "fulfilment entitlements",
        cmdlets: [],
        request: fulfilment::FulfilEntitlements => rows allocation::Entitlement,
        answered: fulfilment,
        errors: [UserNotFound, SignatureNotValid],
    }
    /// Gives a license server the license file of an allocation; its signed document stands for credentials.
    FulfilAllocation = 171 {
        route: Post "/v1/fulfilment/allocations",
        permission: None,
        words: "fulfilment allocation",
        cmdlets: [],
        request: fulfilment::FulfilAllocation => one fulfilment::FulfilledAllocation,
        answered: fulfilment,
        errors: [InvalidEntitlementId, InvalidSession, SessionExpired, InvalidCount, NoRenewalLicenseFound, UserNotFound, SignatureNotValid],
    }
    /// Takes back seats that a license server no longer has installed; its signed proof stands for credentials.
    FulfilReturn = 172 {
        route: Post "/v1/fulfilment/returns",
        permission: None,
        words: "fulfilment return",
        cmdlets: [],
        request: fulfilment::FulfilReturn => one fulfilment::FulfilledReturn,
        answered: fulfilment,
        errors: [AllocationNotFound, SignatureNotValid],
    }
    /// Tells a license server which renewals there are for what it has installed; its signed document stands for credentials.
    FulfilRenewals = 173 {
        route: Post "/v1/fulfilment/renewals",
        permission: None,
        words: "fulfilment renewals",
        cmdlets: [],
        request: fulfilment::FulfilRenewals => rows allocation::Renewal,
        answered: fulfilment,
        errors: [SignatureNotValid],
    }
    /// Lists the orders and how much of them is allocated.
    GetInsightOrders = 174 {
        route: Get "/v1/insight/orders",
        permission: ReadOnly,
        words: "insight-order list",
        cmdlets: [],
        request: fulfilment::GetInsightOrders => rows fulfilment::InsightOrder,
        answered: fulfilment,
        errors: [],
    }
    /// Loads an order and makes its access code.
    NewInsightOrder = 175 {
        route: Post "/v1/insight/orders",
        permission: Full,
        words: "insight-order new",
        cmdlets: [],
        request: fulfilment::NewInsightOrder => one fulfilment::LoadedInsightOrder,
        answered: fulfilment,
        errors: [OrderExists],
    }
    /// Lists the allocations of all license servers.
    GetInsightAllocations = 176 {
        route: Get "/v1/insight/allocations",
        permission: ReadOnly,
        words: "insight-allocation list",
        cmdlets: [],
        request: fulfilment::GetInsightAllocations => rows fulfilment::InsightAllocation,
        answered: fulfilment,
        errors: [],
    }
}
