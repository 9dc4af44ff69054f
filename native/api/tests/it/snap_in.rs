//! The page of the commands of the Licensing Administration snap-in: each with its route, permission and errors.

use std::fmt::Write as _;
use std::path::Path;

use licensing_api::ErrorCode;
use licensing_api::operation::{OperationInfo, TABLE};

use crate::cmdlets::{self, Command};

/// The commands of the snap-in, in the order of its reference.
const COMMANDS: [&str; 31] = [
    "Add-LicGlobalMetadata",
    "Get-LicAdministrator",
    "Get-LicAlerts",
    "Get-LicCEIPOption",
    "Get-LicCertificate",
    "Get-LicConfigUsageSamples",
    "Get-LicEffectivePermission",
    "Get-LicEntitlements",
    "Get-LicGlobalMetadata",
    "Get-LicHistoricalUsage",
    "Get-LicInventory",
    "Get-LicLACEnabledState",
    "Get-LicLACLocation",
    "Get-LicLocalizedNames",
    "Get-LicLocation",
    "Get-LicRenewals",
    "Get-LicSARenewalOptions",
    "Get-LicServerInfo",
    "Get-LicServiceAddedCapability",
    "Get-LicUsageDetails",
    "Import-LicLicenseFile",
    "Install-LicRenewals",
    "New-LicAdministrator",
    "New-LicAllocation",
    "Remove-LicAdministrator",
    "Remove-LicGlobalMetadata",
    "Set-LicAdministrator",
    "Set-LicCEIPOption",
    "Set-LicConfigUsageSamples",
    "Set-LicLACEnabledState",
    "Set-LicSARenewalOptions",
];

/// The page.
pub(crate) fn page() -> String {
    let mut text = String::from(
        "<!-- Generated from the commands of the module and the table of operations; do not edit. -->\n\
         # Commands of the Licensing Administration snap-in\n\n\
         Scripts written for the snap-in call these commands with the parameters, defaults and results that it has. Each\n\
         error has the name of its `LicensingAdminStatus` code as its id. Beside the errors of the table every command\n\
         that talks to a server can give `CommunicationError`, `CertificateVerificationFailed`, `InvalidCertificate`,\n\
         `AuthorizationFailed`, `UserNotAuthorized` and `UnknownError`.\n\n\
         | command | what it does | route | permission | errors of its own |\n| --- | --- | --- | --- | --- |\n",
    );
    for command in cmdlets::all() {
        if COMMANDS.contains(&command.name.as_str()) {
            let _ = writeln!(text, "{}", row(&command));
        }
    }
    text.push_str(
        "\nA command without a route asks the license manager on its port, or, where it is deprecated, warns and does nothing.\n",
    );
    text
}

fn row(command: &Command) -> String {
    let called = command.operations();
    let operations: Vec<&OperationInfo> = TABLE
        .iter()
        .filter(|info| info.cmdlets.contains(&command.name.as_str()) || called.contains(&info.name))
        .collect();
    let each = |of: &dyn Fn(&OperationInfo) -> String| {
        let texts: Vec<String> = operations.iter().map(|info| of(info)).collect();
        texts.join("<br>")
    };
    let mut errors: Vec<&str> = operations
        .iter()
        .flat_map(|info| info.errors.iter().map(|code| code.name()))
        .collect();
    // What is raised on this side, before anything is sent.
    let scripts = command.scripts();
    let raises = |name: &str| {
        let raised = format!("-Code '{name}'");
        scripts.iter().any(|script| script.contains(&raised))
    };
    errors.extend(
        ErrorCode::ALL
            .iter()
            .map(|code| code.name())
            .filter(|name| raises(name)),
    );
    if command.name == "Get-LicLocation" {
        // Of the library that asks the license manager.
        errors.push(ErrorCode::InvalidType.name());
    }
    errors.sort_unstable();
    errors.dedup();
    format!(
        "| `{}` | {} | {} | {} | {} |",
        command.name,
        command.synopsis().trim_end_matches('.'),
        each(&|info| format!("`{} {}`", info.method.name(), info.path)),
        each(&|info| format!("{:?}", info.permission)),
        errors.join(", "),
    )
}

/// The committed page.
pub(crate) fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/snap-in.md")
}

#[test]
fn every_command_with_a_name_of_the_snap_in_is_one_of_it() {
    for command in cmdlets::all()
        .iter()
        .filter(|command| command.is_of_the_snap_in())
    {
        assert!(COMMANDS.contains(&command.name.as_str()), "{}", command.name);
    }
}
