<#
.SYNOPSIS
    Shows what a license server has installed, who holds seats, and what needs attention.

.DESCRIPTION
    Changes nothing; a ReadOnly account suffices.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account and password at the license server.

.EXAMPLE
    ./Show-SeatUsage.ps1 https://licserver.example.net:8083 -CertHash $hash -Credential admin
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    Get-LicenseInventory -Session $session

    Get-LicenseUsage -Session $session |
        Group-Object -Property User -NoElement |
        Sort-Object -Property Count -Descending

    Get-LicenseAlert -Session $session
}
finally {
    Disconnect-LicenseServer $session
}
