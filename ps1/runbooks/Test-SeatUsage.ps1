<#
.SYNOPSIS
    Checks how much of each feature is in use, in the output format of a monitoring system.

.DESCRIPTION
    Adds up the pools of each feature, without overdraft, and compares the share in use with two thresholds. The exit code is 0
    when every feature is below them, 1 for a warning, 2 when a feature is critical, and 3 when the server could not be asked or has
    no such feature.
    Changes nothing; a ReadOnly token suffices.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER Warning
    Share in use, in percent, from which on the state is a warning.

.PARAMETER Critical
    Share in use, in percent, from which on the state is critical.

.PARAMETER Format
    Nagios: one line of a plug-in for Nagios or Icinga, with performance data. Checkmk: a line for each feature as a local check.
    Prtg: the JSON of a custom sensor. Zabbix: JSON for dependent items. ConvertTo-MonitoringOutput.ps1 writes them and stands beside it.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Test-SeatUsage.ps1 -Warning 85 -Critical 95

.EXAMPLE
    ./Test-SeatUsage.ps1 'XDT_*' -Format Prtg
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Position = 0)] [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidateRange(1, 1000)] [int] $Warning = 85,
    [ValidateRange(1, 1000)] [int] $Critical = 95,
    [ValidateSet('Nagios', 'Checkmk', 'Prtg', 'Zabbix')] [string] $Format = 'Nagios',
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$output = @{ Format = $Format; Service = 'Licenses' }

if ($Warning -gt $Critical) {
    & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Problem "-Warning $Warning is above -Critical $Critical."
    exit $LASTEXITCODE
}
try {
    $checks = @(
        foreach ($total in Get-LicenseInventory -Total -Feature $Feature @connection | Where-Object { -not $_.Uncounted }) {
            $percent = $total.PercentInUse
            $state = if ($percent -ge $Critical) { 2 } elseif ($percent -ge $Warning) { 1 } else { 0 }
            [pscustomobject]@{
                Name    = $total.Feature
                State   = $state
                Detail  = "$($percent.ToString([cultureinfo]::InvariantCulture)) % ($($total.InUse) of $($total.Installed))"
                Metric  = @{ Name = 'in_use'; Value = $total.InUse; Warning = $total.Installed * $Warning / 100; Critical = $total.Installed * $Critical / 100; Minimum = 0; Maximum = $total.Installed }
                Channel = @{ Value = $percent; Unit = 'Percent'; Warning = $Warning; Critical = $Critical }
                Item    = [ordered]@{ '{#FEATURE}' = $total.Feature; installed = $total.Installed; inUse = $total.InUse; percent = $percent }
            }
        }
    )
}
catch {
    & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Problem $_.Exception.Message
    exit $LASTEXITCODE
}
if (-not $checks) {
    # A check of nothing would be content for ever.
    & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Problem "The server has no feature that matches $($Feature -join ', ')."
    exit $LASTEXITCODE
}
$checks | & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" @output -Summary "$($checks.Count) features below $Warning %"
exit $LASTEXITCODE
