<#
.SYNOPSIS
    Checks a license server: whether it can be reached, everything that it checks itself, and its alerts.

.DESCRIPTION
    Returns a row for each check: Passed, Warning or Failed, with what was seen and what to do. The exit code is 0 when all passed, 1 with a
    warning and 2 when one failed. Changes nothing; a ReadOnly token suffices.

.PARAMETER Deep
    Also walks the chains of all audit records, which takes as long as reading the databases.

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
    ./Test-LicenseHealth.ps1

.EXAMPLE
    ./Test-LicenseHealth.ps1 -Format Checkmk

.EXAMPLE
    ./Test-LicenseHealth.ps1 -Deep | Where-Object Status -NE 'Passed'
#>
[CmdletBinding()]
param(
    [switch] $Deep,
    [ValidateSet('Rows', 'Nagios', 'Checkmk', 'Prtg', 'Zabbix')] [string] $Format = 'Rows',
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$results = [System.Collections.Generic.List[object]]::new()
# As it was given, until the server has said its name.
$place = @{ Server = $Server ? $Server : $env:LICENSING_SERVER }

function Add-Result([string] $Check, [string] $Status, [string] $Detail, [string] $Action) {
    $results.Add([pscustomobject]@{ PSTypeName = 'LicensingRunbook.HealthCheck'; Check = $Check; Status = $Status; Detail = $Detail; Action = $Action; Server = $place.Server })
}

# Runs a check; what it cannot read is a failed check and not the end of the others.
function Invoke-Check([string] $Name, [scriptblock] $Check) {
    try {
        & $Check
    }
    catch {
        Add-Result $Name 'Failed' $_.Exception.Message ''
    }
}

Invoke-Check 'Server' {
    $info = Get-LicenseServer @connection
    $place.Server = $info.Server
    Add-Result 'Server' 'Passed' "$($info.Server) answers, version $($info.LsVersion)" ''
}
if ($results[0].Status -eq 'Passed') {
    Invoke-Check 'Checks of the server' {
        foreach ($row in Test-LicenseServer -Deep:$Deep @connection) {
            Add-Result $row.Check $row.Outcome $row.Detail $row.Action
        }
    }
    Invoke-Check 'Alerts' {
        $alerts = @(Get-LicenseAlert @connection)
        foreach ($alert in $alerts) {
            Add-Result 'Alerts' $(if ($alert.Level -eq 'Alarm') { 'Failed' } else { 'Warning' }) $alert.Title $alert.Action
        }
        if (-not $alerts) {
            Add-Result 'Alerts' 'Passed' 'none' ''
        }
    }
}
if ($Format -ne 'Rows') {
    $states = @{ Passed = 0; Warning = 1; Failed = 2 }
    # A system knows a check by its name: of several rows the worst counts, and what is wrong with them is said together.
    $checks = foreach ($group in $results | Group-Object Check) {
        $bad = @($group.Group | Where-Object Status -NE 'Passed')
        [pscustomobject]@{
            Name   = $group.Name
            State  = ($group.Group | ForEach-Object { $states[$_.Status] } | Measure-Object -Maximum).Maximum -as [int]
            Detail = ($bad ? $bad : $group.Group).Detail -join '; '
        }
    }
    $checks | & "$PSScriptRoot/ConvertTo-MonitoringOutput.ps1" -Format $Format -Service 'Health' -Summary "$(@($checks).Count) checks passed"
    exit $LASTEXITCODE
}
$results
exit $(if ($results.Status -contains 'Failed') { 2 } elseif ($results.Status -contains 'Warning') { 1 } else { 0 })
