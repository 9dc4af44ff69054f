<#
.SYNOPSIS
    Checks a license server: whether it can be reached, everything that it checks itself, and its alerts.

.DESCRIPTION
    Returns a row for each check: Passed, Warning or Failed, with what was seen and what to do. The exit code is 0 when all passed, 1 with a
    warning and 2 when one failed. Changes nothing; a ReadOnly token suffices.

.PARAMETER Deep
    Also walks the chains of all audit records, which takes as long as reading the databases.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Test-LicenseHealth.ps1

.EXAMPLE
    ./Test-LicenseHealth.ps1 -Deep | Where-Object Status -NE 'Passed'
#>
[CmdletBinding()]
param(
    [switch] $Deep,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$results = [System.Collections.Generic.List[object]]::new()

function Add-Result([string] $Check, [string] $Status, [string] $Detail, [string] $Action) {
    $results.Add([pscustomobject]@{ PSTypeName = 'LicensingRunbook.HealthCheck'; Check = $Check; Status = $Status; Detail = $Detail; Action = $Action })
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
            Add-Result 'Alert' $(if ($alert.Level -eq 'Alarm') { 'Failed' } else { 'Warning' }) $alert.Title $alert.Action
        }
        if (-not $alerts) {
            Add-Result 'Alerts' 'Passed' 'none' ''
        }
    }
}
$results
exit $(if ($results.Status -contains 'Failed') { 2 } elseif ($results.Status -contains 'Warning') { 1 } else { 0 })
