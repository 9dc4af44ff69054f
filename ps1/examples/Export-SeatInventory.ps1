<#
.SYNOPSIS
    Writes what is installed and in use into a CSV file, a row for each feature.

.DESCRIPTION
    Numbers have no separators and dates are written as year-month-day, whatever the language of the machine. Changes nothing at the server; a
    ReadOnly account suffices.

.PARAMETER Path
    File to write; one that exists is replaced.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account and password at the license server.

.EXAMPLE
    ./Export-SeatInventory.ps1 ./seats.csv -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Export-SeatInventory.ps1 ./seats.csv -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin -WhatIf
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
    $rows = Get-LicenseInventory -Total -Session $session | Select-Object -Property Server, Vendor, Feature, Installed, InUse, Free, Queued,
        @{ Name = 'Expires'; Expression = { if ($_.Expires) { $_.Expires.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture) } } }
    $rows | Export-Csv -LiteralPath $Path -Encoding utf8
    if (-not $WhatIfPreference) {
        Get-Item -LiteralPath $Path
    }
}
finally {
    Disconnect-LicenseServer $session
}
