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
    foreach ($row in @(Get-LicenseUsage @filter @connection) + @(Get-LicenseQueue @filter @connection)) {
        [pscustomobject]@{
            PSTypeName = 'LicensingRunbook.SeatHolder'
            User       = $row.User
            Device     = $row.Device
            Feature    = $row.Feature
            Count      = $row.Count
            # Who waits has no state.
            State      = $row.PSObject.Properties['State'] ? $row.State : 'Waiting'
            Since      = $row.Since
            Product    = $row.Product
            Server     = $row.Server
        }
    }
)
$found
exit [int] ($found.Count -eq 0)
