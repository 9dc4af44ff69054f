<#
.SYNOPSIS
    Lists licenses that expire, or whose Subscription Advantage date passes, within some days.

.DESCRIPTION
    One row for each pool and date, the nearest first, with the days that are left; they are negative when the date has passed.
    Evaluation and start-up licenses are left out unless -IncludeEvaluation is given. The exit code is 0 when nothing is found and
    1 otherwise. For a monitoring system there is a check for the nearest date of each kind of each feature, also when it is far
    ahead, and the exit code is that of the worst; where no feature fits one of the patterns, the state is unknown. Changes nothing; a
    ReadOnly token suffices.

.PARAMETER Days
    How many days ahead; 60 unless given.

.PARAMETER CriticalDays
    How many days ahead a check for a monitoring system is critical. What is found further ahead is a warning.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER IncludeEvaluation
    Lists evaluation and start-up licenses too.

.PARAMETER Format
    Rows: rows for people and scripts. Nagios, Checkmk, Prtg and Zabbix: the output of a check for that system, with its exit code;
    ConvertTo-MonitoringOutput.ps1 writes it and stands beside this script.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Find-ExpiringLicense.ps1 -Days 90

.EXAMPLE
    ./Find-ExpiringLicense.ps1 -Days 30 -CriticalDays 8 -Format Nagios

.EXAMPLE
    ./Find-ExpiringLicense.ps1 -Days 30 | Export-Csv ./expiring.csv
#>
[CmdletBinding()]
param(
    [ValidateRange(0, 36500)] [int] $Days = 60,
    [ValidateRange(0, 36500)] [int] $CriticalDays = 14,
    [Parameter(Position = 0)] [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [switch] $IncludeEvaluation,
    [ValidateSet('Rows', 'Nagios', 'Checkmk', 'Prtg', 'Zabbix')] [string] $Format = 'Rows',
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

$today = (Get-Date).Date

# Every date that a license has, with the days that are left.
function Get-DateRow([object[]] $Pools) {
    foreach ($pool in $Pools) {
        if (-not $IncludeEvaluation -and $pool.LicenseType -match '^(Evaluation|Start-?up|System)') {
            continue
        }
        foreach ($kind in 'LicenseExpirationDate', 'LicenseSubscriptionAdvantageDate') {
            if ($null -ne $pool.$kind) {
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
}

if ($Format -eq 'Rows') {
    $found = @(Get-DateRow @(Get-LicenseInventory -Feature $Feature @connection) | Where-Object DaysLeft -LE $Days)
    $found | Sort-Object Date, Feature
    exit [int] ($found.Count -gt 0)
}

$output = @{ Format = $Format; Service = 'Expiry' }
try {
    $pools = @(Get-LicenseInventory -Feature $Feature @connection)
}
catch {
    & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Problem $_.Exception.Message
    exit $LASTEXITCODE
}
$names = @($pools | ForEach-Object { $_.Feature })
$missing = @($Feature | Where-Object { -not @($names -like $_) })
if ($missing) {
    # A check of nothing would be content for ever.
    & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Problem "The server has no feature that matches $($missing -join ', ')."
    exit $LASTEXITCODE
}
$dates = @(Get-DateRow $pools)
$checks = foreach ($group in $dates | Group-Object Feature, What) {
    $nearest = $group.Group | Sort-Object Date | Select-Object -First 1
    $left = $nearest.DaysLeft
    $limits = @{ Value = $left; Warning = $Days; Critical = $CriticalDays; Low = $true }
    $day = $nearest.Date.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
    [pscustomobject]@{
        Name    = "$($nearest.Feature) $($nearest.What)"
        State   = if ($left -le $CriticalDays) { 2 } elseif ($left -le $Days) { 1 } else { 0 }
        Detail  = if ($left -lt 0) { "was over on $day" } else { "$left days left, until $day" }
        Metric  = $limits + @{ Name = 'days_left' }
        Channel = $limits + @{ Unit = 'days' }
        Item    = [ordered]@{ '{#FEATURE}' = $nearest.Feature; '{#WHAT}' = $nearest.What; date = $day; daysLeft = $left }
    }
}
$checks | & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Summary "nothing ends within $Days days"
exit $LASTEXITCODE
