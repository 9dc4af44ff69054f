<#
.SYNOPSIS
    Shows who waits for seats of a feature, and who holds them.

.DESCRIPTION
    Those who wait come first, in the order in which they are served; then the holders, the longest first. Changes nothing; a ReadOnly
    account suffices.

.PARAMETER Feature
    Feature, wildcards allowed.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account and password at the license server.

.EXAMPLE
    ./Show-SeatQueue.ps1 CAD_PRO_CCU -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Show-SeatQueue.ps1 'CAD_*' -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Feature,
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    Get-LicenseQueue -Feature $Feature -Session $session
    Get-LicenseUsage -Feature $Feature -Session $session | Sort-Object -Property Since
}
finally {
    Disconnect-LicenseServer $session
}
