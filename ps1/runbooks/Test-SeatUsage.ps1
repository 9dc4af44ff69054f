<#
.SYNOPSIS
    Checks how much of each feature is in use, in the output format of a monitoring system.

.DESCRIPTION
    Adds up the pools of each feature, without overdraft, and compares the share in use with two thresholds. The exit code is 0
    when every feature is below them, 1 for a warning, 2 when a feature is critical, and 3 when the server could not be asked.
    Changes nothing; a ReadOnly token suffices.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER Warning
    Share in use, in percent, from which on the state is a warning.

.PARAMETER Critical
    Share in use, in percent, from which on the state is critical.

.PARAMETER Format
    Nagios: one line of a plug-in for Nagios or Icinga, with performance data. Checkmk: a line for each feature as a local check.
    Prtg: the JSON of a custom sensor. Zabbix: JSON for dependent items.

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
$words = 'OK', 'WARNING', 'CRITICAL', 'UNKNOWN'

try {
    $rows = @(
        foreach ($total in Get-LicenseInventory -Total -Feature $Feature @connection | Where-Object { -not $_.Uncounted }) {
            $percent = $total.PercentInUse
            $state = if ($percent -ge $Critical) { 2 } elseif ($percent -ge $Warning) { 1 } else { 0 }
            [pscustomobject]@{ Feature = $total.Feature; Installed = $total.Installed; InUse = $total.InUse; Percent = $percent; State = $state }
        }
    )
}
catch {
    $problem = $_.Exception.Message
    switch ($Format) {
        'Nagios' { "LICENSES UNKNOWN - $problem" }
        'Checkmk' { "3 `"Licenses`" - $problem" }
        'Prtg' { @{ prtg = @{ error = 1; text = $problem } } | ConvertTo-Json -Compress }
        'Zabbix' { @{ error = $problem; data = @() } | ConvertTo-Json -Compress }
    }
    exit 3
}

# Figures are read by programs: they have a point in every culture.
function Format-Figure([double] $Figure) {
    $Figure.ToString([cultureinfo]::InvariantCulture)
}

$worst = if ($rows) { [int] ($rows | Measure-Object State -Maximum).Maximum } else { 0 }
switch ($Format) {
    'Nagios' {
        $high = @($rows | Where-Object State -GT 0 | ForEach-Object { "$($_.Feature) $(Format-Figure $_.Percent) % ($($_.InUse) of $($_.Installed))" })
        $text = if ($high) { $high -join ', ' } else { "$($rows.Count) features below $Warning %" }
        $figures = $rows | ForEach-Object { "'$($_.Feature)'=$($_.InUse);$(Format-Figure ($_.Installed * $Warning / 100));$(Format-Figure ($_.Installed * $Critical / 100));0;$($_.Installed)" }
        "LICENSES $($words[$worst]) - $text | $($figures -join ' ')"
    }
    'Checkmk' {
        foreach ($row in $rows) {
            "$($row.State) `"License $($row.Feature)`" in_use=$($row.InUse);$(Format-Figure ($row.Installed * $Warning / 100));$(Format-Figure ($row.Installed * $Critical / 100));0;$($row.Installed) $($row.InUse) of $($row.Installed) in use"
        }
    }
    'Prtg' {
        $channels = @($rows | ForEach-Object {
                [ordered]@{ channel = $_.Feature; value = $_.Percent; float = 1; unit = 'Percent'; limitmode = 1; limitmaxwarning = $Warning; limitmaxerror = $Critical }
            })
        [ordered]@{ prtg = [ordered]@{ result = $channels; text = "$($words[$worst]): $($rows.Count) features" } } | ConvertTo-Json -Depth 5 -Compress
    }
    'Zabbix' {
        [ordered]@{
            data = @($rows | ForEach-Object { [ordered]@{ '{#FEATURE}' = $_.Feature; installed = $_.Installed; inUse = $_.InUse; percent = $_.Percent; state = $_.State } })
        } | ConvertTo-Json -Depth 5 -Compress
    }
}
exit $worst
