//! Codes of alerts, with level and English texts. Other languages are in the catalog of messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Level names of the orchestration interface's `LicensingAlertLevel`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
pub enum AlertLevel {
    /// For information.
    #[default]
    Info,
    /// Important: something will stop working if nothing is done.
    Alert,
    /// Critical: something has stopped working.
    Alarm,
}

macro_rules! alert_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $level:ident, $title:literal, $detail:literal, $action:literal;)+) => {
        /// Stable code of an alert. Names are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AlertCode { $($(#[doc = $doc])+ $name,)+ }

        impl AlertCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// Usual level; some become more urgent with time.
            pub const fn level(self) -> AlertLevel {
                match self { $(Self::$name => AlertLevel::$level,)+ }
            }

            /// Short title, in English.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What it is about, in English, with placeholders; empty where only whoever raises it can tell.
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$name => $detail,)+ }
            }

            /// What to do, in English.
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)+ }
            }

            /// The code of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }
        }
    };
}

alert_codes! {
    /// No seat of a feature is left.
    AllSeatsOut = Alarm, "All seats of a feature are out.", "{feature} {version}: {used} of {total} seats are out; further requests are refused or wait.", "See who holds them with Get-LicenseUsage, and take back what nobody uses, or buy more seats.";
    /// Few seats of a feature are left.
    SeatsNearlyOut = Alert, "The seats of a feature are nearly out.", "{feature} {version}: {used} of {total} seats are out, {percent} %. The alert is raised from {threshold} % on.", "See who holds them with Get-LicenseUsage, and take back what nobody uses, or buy more seats.";
    /// More seats are out than were bought.
    OverdraftInUse = Alert, "Overdraft of a feature is in use.", "{feature} {version}: {overdraft} seats more are out than the {installed} that are installed.", "Buy the seats that are missing, or take back what nobody uses.";
    /// Seats are given out without a limit for a time.
    BurstActive = Alert, "More seats are out than are installed.", "All seats were out; requests are granted all the same for a time: {feature} until {until}.", "Install further licenses or give seats back before the time is over; from then on requests are refused again.";
    /// A burst has been used up.
    BurstUsedUp = Info, "The time of granting beyond what is installed is used up.", "Requests are refused when all seats are out; the next such time is possible for {feature} again from {again}.", "Install further licenses if requests are refused.";
    /// A license ends within thirty days.
    LicenseExpires = Info, "A license ends soon.", "{feature} {version} ends on {date}, within {days} days.", "Order a renewal and import its license file.";
    /// A license has ended.
    LicenseExpired = Alarm, "A license has ended.", "{feature} {version} ended on {date}.", "Import the license file of a renewal, or remove the old file.";
    /// Subscription Advantage ends within thirty days.
    SubscriptionEnds = Info, "Subscription Advantage of a feature ends soon.", "{feature}: the latest date is {date}, within {days} days.", "Order a renewal; without it new product versions do not run.";
    /// Subscription Advantage has ended.
    SubscriptionEnded = Alert, "Subscription Advantage of a feature has ended.", "{feature}: the latest date was {date}.", "Order a renewal; product versions that are newer than this date do not run.";
    /// No license of a feature has the Subscription Advantage date that a product demands.
    SubscriptionTooOld = Alarm, "No license has the Subscription Advantage date that the product demands.", "{feature}: the latest date is {date}, and {wanted} is demanded.", "Import the license file of a renewal.";
    /// One serial number is in several files.
    DuplicateSerialNumber = Alert, "A serial number is installed more than once.", "{serial} of {feature} is in {files}.", "Remove all of the files but the newest.";
    /// Nothing but the start-up license is there.
    StartupLicenseOnly = Info, "Only the start-up license is installed.", "Products find the server and get no seats.", "Import a license file with Import-LicenseFile.";
    /// A vendor daemon does not serve.
    VendorDaemonDown = Alarm, "A vendor daemon is down.", "", "Remove the cause; the daemon is started again by itself.";
    /// The clock does not agree with the time that passed.
    ClockJumped = Alert, "The clock of the license server jumped.", "", "Set the clock right.";
    /// Little space is left.
    DiskSpaceLow = Alert, "The disk of the data folder is nearly full.", "{free} MiB are free; the alert is raised below {threshold} MiB.", "Free disk space; without it no seat can be given out.";
    /// Increments are served that nobody can verify.
    UnverifiedLicensesAccepted = Alert, "Licenses are served although their signatures cannot be verified.", "The configuration names {vendor} in licensing.accept_unverified.", "Remove the name there unless this is wanted.";
    /// A license file grants nothing.
    LicenseFileNotUsed = Alert, "A license file, or a part of it, is not used.", "", "Check it with Get-LicenseFile, then correct or remove it.";
    /// The license folder cannot be read.
    LicenseFolderUnreadable = Alarm, "The license folder cannot be read.", "", "Repair the folder, or the permissions on it.";
    /// Addresses of the machine are not known.
    NetworkInterfacesUnreadable = Alarm, "The network interfaces of this machine cannot be read.", "", "Let the server use AF_NETLINK sockets, then let it read its files again (SIGHUP).";
    /// Others can read the data folder.
    DataFolderOpen = Alert, "Others can look into the data folder.", "{folder} has mode {mode}.", "Take the permissions of others away (chmod go= on the folder), and replace passwords, tokens and keys if others may have read them.";
    /// An options file cannot be read.
    OptionsFileUnreadable = Alarm, "An options file cannot be read.", "", "Correct the file, then let the server read its files again (SIGHUP).";
    /// An options file has another spelling.
    OptionsFileSpelling = Info, "An options file has another spelling than its vendor.", "", "Rename it.";
    /// An options file lies elsewhere.
    OptionsFileElsewhere = Alert, "A VENDOR line names an options file that is not in the license folder.", "", "Put the file into the license folder, or remove options= from the VENDOR line.";
    /// Lines of an options file have no effect.
    OptionsFileFindings = Alert, "Lines of an options file have no effect, or another one than it seems.", "", "Correct the lines, then let the server read its files again (SIGHUP).";
    /// The audit is damaged.
    AuditDamaged = Alarm, "The record of seats was changed, or is damaged.", "", "Save the data folder for an investigation, then restore the last backup that is whole.";
    /// The audit grows fast.
    AuditGrowsFast = Alert, "The record of seats grows unusually fast.", "", "See who asks with Get-LicenseDenial and Get-LicenseUsage, and lower licensing.checkouts_per_second, or raise licensing.audit_alert_per_hour where that is ordinary work.";
    /// The certificate has ended.
    CertificateExpired = Alarm, "The certificate of the web services has expired.", "It ended at {until}.", "Set a new one with Set-LicenseServerCertificate.";
    /// The certificate will be renewed by the server.
    CertificateRenewalDue = Info, "The certificate of the web services will be renewed.", "It ends at {until}; 30 days before that the server makes a new one, with a new hash.", "After the renewal, give clients that pin the hash the new one.";
    /// The certificate ends soon.
    CertificateExpires = Alert, "The certificate of the web services ends soon.", "It ends at {until}.", "Set a new one with Set-LicenseServerCertificate.";
    /// Files of the certificate cannot be used.
    CertificateFilesRefused = Alert, "The files in the tls folder are not used.", "{reason}. The earlier certificate stays in use.", "Put a certificate and the key that belongs to it in place, both in PEM form.";
    /// Another certificate was announced.
    CertificateAnnounced = Info, "Another certificate will be used.", "Its hash is {hash}.", "Give clients that pin the hash both, then switch with Set-LicenseServerCertificate -UseNext.";
    /// Uploads fail.
    UploadOverdue = Alert, "No license upload has succeeded for 48 hours.", "{waiting} uploads wait.", "Look at the last result with Get-LicenseManagementService, and try Start-LicenseUpload.";
    /// The server is not registered.
    UploadRegistrationMissing = Alert, "The server is not registered at the receiver of license uploads.", "Nothing is uploaded before it is registered.", "Ask the receiver's administrator for a code and pass it to Set-LicenseManagementService -RegistrationCode.";
    /// An upload was refused.
    UploadRefused = Alert, "The receiver has refused a license upload.", "{reason}.", "Ask the receiver's administrator, then try Start-LicenseUpload.";
    /// The state of the license management service is not durable.
    UploadStateUnsaved = Alarm, "The state of the license management service cannot be written.", "{reason}.", "Free disk space, or repair the folder 'management' of the data folder.";
    /// The state of alerts is not durable.
    AlertStateUnsaved = Alarm, "The state of the alerts cannot be written.", "{reason}.", "Free disk space, or repair the folder 'management' of the data folder.";
    /// A message was given up.
    AlertNotDelivered = Alert, "A message about an alert was given up.", "Route {route}: {reason}.", "Try the route with Test-LicenseAlertRoute.";
    /// The same license is on several servers.
    ComplianceDuplicateLicense = Alarm, "The same license is installed on more than one server.", "", "Remove the license file from all servers but one, or declare a disaster recovery pair.";
    /// Both servers of a pair gave out seats.
    ComplianceDuplicateInDisasterRecovery = Alert, "Both servers of a disaster recovery pair gave out seats at the same time.", "", "Stop one of the two servers, or remove the pair and the license file of one of them.";
    /// A license is too old.
    ComplianceLegacyLicense = Alarm, "A license is too old for the product version that uses it.", "", "Install a license with a later Subscription Advantage date, or go back to an older product version.";
    /// A license is rescinded.
    ComplianceRescindedLicense = Alarm, "A rescinded license is in use.", "", "Remove the license file and ask its vendor for a replacement.";
    /// A server is silent.
    ComplianceSilentServer = Alert, "A server has sent no upload.", "", "Start the server, look at its upload status with Get-LicenseManagementService, or remove it from the list of servers.";
    /// Counts are impossible.
    ComplianceImpossibleCount = Alert, "More seats were in use than could be given out.", "", "Verify the server with licensingd verify, and restore its last backup if that fails.";
    /// Two copies run.
    ComplianceClonedServer = Alarm, "Two copies of one server are running.", "", "Stop one of the copies; a second server needs a data folder of its own, made with licensingd init.";
    /// A clock is wrong.
    ComplianceWrongClock = Alert, "The clock of a server is wrong.", "", "Set the clock of the server right and keep it right with a time service.";
    /// The vendor offers renewals.
    RenewalAvailable = Info, "Renewals of installed licenses are available.", "{products}", "Install them: Get-LicenseRenewal | Install-LicenseRenewal.";
    /// An allocation or a return waits for something.
    AllocationPending = Alert, "An allocation was not finished.", "{entitlement}: {reason}", "The server goes on by itself; look at it with Get-LicenseAllocation.";
}
