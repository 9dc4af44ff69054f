<#
.SYNOPSIS
    Adds the use of each feature to a CSV file, for a history that other tools read.

.DESCRIPTION
    Adds a row for each feature: time (UTC, ISO 8601), server, feature, installed, in use, percent. Start it from a scheduler. A
    second run within the same minute adds nothing. Changes nothing on the server; a ReadOnly token suffices.

.PARAMETER Path
    CSV file; it is made when it does not exist.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Add-SeatUsageSample.ps1 ./usage.csv

.EXAMPLE
    ./Add-SeatUsageSample.ps1 ./usage.csv -Feature 'XDT_*' -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $Path,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

$invariant = [cultureinfo]::InvariantCulture
$time = [datetime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm'Z'", $invariant)
$rows = @(
    foreach ($total in Get-LicenseInventory -Total -Feature $Feature @connection | Where-Object { -not $_.Uncounted }) {
        [pscustomobject]@{
            Time      = $time
            Server    = $total.Server
            Feature   = $total.Feature
            Installed = $total.Installed
            InUse     = $total.InUse
            Percent   = $total.PercentInUse.ToString($invariant)
        }
    }
)
$known = @()
if (Test-Path -LiteralPath $Path) {
    $known = @(Import-Csv -LiteralPath $Path | Where-Object Time -EQ $time | ForEach-Object { "$($_.Server) $($_.Feature)" })
}
$fresh = @($rows | Where-Object { "$($_.Server) $($_.Feature)" -notin $known })
if ($fresh -and $PSCmdlet.ShouldProcess($Path, "Add $($fresh.Count) rows")) {
    $fresh | Export-Csv -LiteralPath $Path -Append -Encoding utf8
    $fresh
}
