<#
.SYNOPSIS
    Shows who holds a seat: of a user, of a device, or of a feature.

.DESCRIPTION
    Lists seats with user, device, product and the time they were checked out, and those who wait for one. The exit code is 0 when
    somebody is found and 1 otherwise. Changes nothing; a ReadOnly token suffices.

.PARAMETER User
    Users, wildcards allowed.

.PARAMETER Device
    Devices, wildcards allowed.

.PARAMETER Feature
    Features, wildcards allowed.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Find-SeatHolder.ps1 anna

.EXAMPLE
    ./Find-SeatHolder.ps1 -Device 'lab-*' -Feature 'CAD_*'
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)] [ValidateNotNullOrWhiteSpace()] [string[]] $User = '*',
    [ValidateNotNullOrWhiteSpace()] [string[]] $Device = '*',
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

$filter = @{ User = $User; Device = $Device; Feature = $Feature }
$found = @(
    Get-LicenseUsage @filter @connection |
        Select-Object User, Device, Feature, Count, State, Since, Product, Server
    Get-LicenseQueue @filter @connection |
        Select-Object User, Device, Feature, Count, @{ Name = 'State'; Expression = { 'Waiting' } }, Since, Product, Server
)
$found
exit [int] ($found.Count -eq 0)
