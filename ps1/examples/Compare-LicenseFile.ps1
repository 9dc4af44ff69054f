<#
.SYNOPSIS
    Shows what a license file would change: the seats of each feature before and after.

.DESCRIPTION
    The server checks the file as it would for an import, and changes nothing.

.PARAMETER Path
    The license file.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account with Full permission and its password.

.EXAMPLE
    ./Compare-LicenseFile.ps1 ./acme.lic -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Compare-LicenseFile.ps1 ./acme.lic -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin | Where-Object Change -LT 0

    The features that would lose seats.
#>
[CmdletBinding()]
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
    foreach ($effect in (Test-LicenseFile -LiteralPath $Path -Session $session).Effects) {
        [pscustomobject]@{
            Feature = $effect.Feature
            Version = $effect.Version
            Before  = $effect.CountBefore
            After   = $effect.CountAfter
            Change  = $effect.CountAfter - $effect.CountBefore
            InUse   = $effect.InUse
        }
    }
}
finally {
    Disconnect-LicenseServer $session
}
