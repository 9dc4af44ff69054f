<#
.SYNOPSIS
    Releases every seat of a feature within a maintenance window.

.DESCRIPTION
    Revokes all seats of the features and returns them as they were. Outside the window it does nothing but say so and end with
    exit code 1, so that a scheduler that starts late harms nobody. The window may pass midnight. Borrowed seats are left alone: their
    products go on with them. A feature that the server does not have is an error. Running it again is safe. Needs a Full token.

.PARAMETER Feature
    Features, wildcards allowed.

.PARAMETER From
    Local time of day at which the window opens.

.PARAMETER Until
    Local time of day at which the window closes.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Revoke-FeatureSeat.ps1 CAD_PRO_CCU -From 01:00 -Until 03:30 -Confirm:$false

.EXAMPLE
    ./Revoke-FeatureSeat.ps1 CAD_PRO_CCU -From 00:00 -Until 23:59:59 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string[]] $Feature,
    [Parameter(Mandatory)] [ValidateScript({ $_ -ge [timespan]::Zero -and $_ -lt [timespan]::FromDays(1) })] [timespan] $From,
    [Parameter(Mandatory)] [ValidateScript({ $_ -ge [timespan]::Zero -and $_ -lt [timespan]::FromDays(1) })] [timespan] $Until,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

$now = (Get-Date).TimeOfDay
$open = if ($From -le $Until) { $now -ge $From -and $now -le $Until } else { $now -ge $From -or $now -le $Until }
if (-not $open) {
    Write-Warning "It is $($now.ToString('hh\:mm')), outside the window from $($From.ToString('hh\:mm')) until $($Until.ToString('hh\:mm')); nothing was revoked."
    exit 1
}
# A name that is spelled wrong would release nothing, night after night.
$null = Get-LicenseInventory -Feature $Feature @connection
$seats = @(Get-LicenseUsage -Feature $Feature @connection | Where-Object State -NE 'Borrowed')
if ($seats -and $PSCmdlet.ShouldProcess(($Feature -join ', '), "Revoke seats: $(($seats | Measure-Object Count -Sum).Sum), of users: $(@($seats.User | Sort-Object -Unique).Count)")) {
    $seats | Revoke-License -Confirm:$false -PassThru @connection
}
