<#
.SYNOPSIS
    Lists licenses that expire, or whose Subscription Advantage date passes, within some days.

.DESCRIPTION
    One row for each pool and date, the nearest first, with the days that are left; they are negative when the date has passed.
    Evaluation and start-up licenses are left out unless -IncludeEvaluation is given. The exit code is 0 when nothing is found and
    1 otherwise. Changes nothing; a ReadOnly token suffices.

.PARAMETER Days
    How many days ahead; 60 unless given.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER IncludeEvaluation
    Lists evaluation and start-up licenses too.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Find-ExpiringLicense.ps1 -Days 90

.EXAMPLE
    ./Find-ExpiringLicense.ps1 -Days 30 | Export-Csv ./expiring.csv
#>
[CmdletBinding()]
param(
    [ValidateRange(0, 36500)] [int] $Days = 60,
    [Parameter(Position = 0)] [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [switch] $IncludeEvaluation,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

$today = (Get-Date).Date
$found = @(
    foreach ($pool in Get-LicenseInventory -Feature $Feature @connection) {
        if (-not $IncludeEvaluation -and $pool.LicenseType -match '^(Evaluation|Start-?up|System)') {
            continue
        }
        foreach ($kind in 'LicenseExpirationDate', 'LicenseSubscriptionAdvantageDate') {
            if ($null -ne $pool.$kind -and ($pool.$kind.Date - $today).Days -le $Days) {
                [pscustomobject]@{
                    PSTypeName = 'LicensingRunbook.ExpiringLicense'
                    Feature    = $pool.Feature
                    Version    = $pool.Version
                    What       = $kind -replace '^License|Date$'
                    Date       = $pool.$kind.Date
                    DaysLeft   = ($pool.$kind.Date - $today).Days
                    Installed  = $pool.Installed
                    InUse      = $pool.InUse
                    Server     = $pool.Server
                }
            }
        }
    }
)
$found | Sort-Object Date, Feature
exit [int] ($found.Count -gt 0)
