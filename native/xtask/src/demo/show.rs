//! Shows what the server knows, and how to connect to it.

use anyhow::Result;

use super::site::{ADMINISTRATOR, Site};
use crate::powershell::PowerShell;
use crate::{child, workspace};

/// Through the module, as an administrator would.
///
/// # Errors
/// When a command of the module fails.
pub(super) async fn in_powershell(powershell: &PowerShell, site: &Site) -> Result<()> {
    let mut command = powershell.command();
    command
        .arg("-File")
        .arg(workspace::root().join("native").join("xtask").join("show.ps1"))
        .arg("-Module")
        .arg(workspace::out().join("LicensingAdmin"))
        .envs(site.variables()?);
    child::run(&mut command).await
}

/// Through the command line.
///
/// # Errors
/// When a command fails.
pub(super) async fn in_shell(site: &Site) -> Result<()> {
    for words in ["server", "inventory", "usage", "file list"] {
        println!("\n$ licensing {words}");
        let mut command = site.administration()?;
        child::run(command.args(words.split(' '))).await?;
    }
    Ok(())
}

/// Lines that can be pasted; none of them holds a secret.
///
/// # Errors
/// When the server does not run.
pub(super) fn how_to_connect(powershell: Option<&PowerShell>, site: &Site) {
    let Ok(variables) = site.variables() else { return };
    let value = |name: &str| {
        variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    println!("\nIt goes on running until Ctrl-C. To look at it yourself, paste into another");
    if powershell.is_some() {
        println!("\nPowerShell:");
        println!(
            "    Import-Module '{}'",
            quoted(&workspace::out().join("LicensingAdmin").display().to_string())
        );
        println!(
            "    $password = Get-Content '{}' | ConvertTo-SecureString -AsPlainText",
            quoted(&site.password_file().display().to_string())
        );
        println!("    $credential = [pscredential]::new('{ADMINISTRATOR}', $password)");
        println!(
            "    Connect-LicenseServer {} -CertHash {} -Credential $credential",
            value("LICENSING_SERVER"),
            value("LICENSING_CERT_HASH")
        );
        println!("    Get-LicenseInventory");
        println!("    Get-LicenseUsage");
    }
    println!("\nshell:");
    for (name, value) in &variables {
        println!("    export {name}='{}'", value.replace('\'', "'\\''"));
    }
    println!("    '{}' usage", site.program("licensing").display());
}

/// Inside of PowerShell's single quotes.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
