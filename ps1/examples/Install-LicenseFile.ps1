<#
.SYNOPSIS
    Checks a license file, installs it when nothing is wrong with it, and shows what it changed.

.PARAMETER Path
    The license file.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account with Full permission and its password.

.EXAMPLE
    ./Install-LicenseFile.ps1 ./acme.lic -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Install-LicenseFile.ps1 ./acme.lic -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin -WhatIf

    Checks the file and says what would be installed.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    if (-not (Test-LicenseFile -LiteralPath $Path -Session $session -Quiet)) {
        Test-LicenseFile -LiteralPath $Path -Session $session
        throw "The license file '$Path' cannot be installed; see its findings."
    }
    $before = @(Get-LicenseInventory -Session $session)
    Import-LicenseFile -LiteralPath $Path -Session $session
    Get-LicenseInventory -Session $session |
        Where-Object { $_.PoolId -notin $before.ForEach({ $_.PoolId }) }
}
finally {
    Disconnect-LicenseServer $session
}
