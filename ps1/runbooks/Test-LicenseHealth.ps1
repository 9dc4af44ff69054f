<#
.SYNOPSIS
    Checks a license server: reachability, clock, certificate, vendor daemons, alerts, license files.

.DESCRIPTION
    Returns a row for each check: Passed, Warning or Failed, with what was seen. The exit code is 0 when all passed, 1 with a warning
    and 2 when one failed. Changes nothing; a ReadOnly token suffices.

.PARAMETER CertificateDays
    Days before the end of the certificate from which on it is a warning.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Test-LicenseHealth.ps1

.EXAMPLE
    ./Test-LicenseHealth.ps1 | Where-Object Status -NE 'Passed'
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 3650)] [int] $CertificateDays = 30,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$results = [System.Collections.Generic.List[object]]::new()

function Add-Result([string] $Check, [string] $Status, [string] $Detail) {
    $results.Add([pscustomobject]@{ PSTypeName = 'LicensingRunbook.HealthCheck'; Check = $Check; Status = $Status; Detail = $Detail })
}

# Runs a check; what it cannot read is a failed check and not the end of the others.
function Invoke-Check([string] $Name, [scriptblock] $Check) {
    try {
        & $Check
    }
    catch {
        Add-Result $Name 'Failed' $_.Exception.Message
    }
}

Invoke-Check 'Server' {
    $info = Get-LicenseServer @connection
    Add-Result 'Server' 'Passed' "$($info.Server) answers, version $($info.LsVersion)"
}
if ($results[0].Status -eq 'Passed') {
    Invoke-Check 'Certificate' {
        $place = @{}
        'Server' | Where-Object { $connection.ContainsKey($_) } | ForEach-Object { $place[$_] = $connection[$_] }
        $certificate = Get-LicenseCertificate @place
        $days = [math]::Floor(($certificate.NotAfter - (Get-Date)).TotalDays)
        $status = if ($days -lt 0) { 'Failed' } elseif ($days -lt $CertificateDays) { 'Warning' } else { 'Passed' }
        Add-Result 'Certificate' $status "ends in $days days"
    }
    Invoke-Check 'Vendor daemons' {
        foreach ($daemon in Get-LicenseVendorDaemon @connection) {
            $status = if ($daemon.State -eq 'Running') { 'Passed' } else { 'Failed' }
            Add-Result "Vendor daemon $($daemon.Vendor)" $status "$($daemon.State)"
        }
    }
    Invoke-Check 'License files' {
        $files = @(Get-LicenseFile @connection)
        $bad = @($files | Where-Object { $_.Signature -notin 'Valid', 'Unverifiable' -or @($_.Findings | Where-Object Severity -NE 'Information') })
        if (-not $files) { Add-Result 'License files' 'Warning' 'none is installed' }
        elseif ($bad) { Add-Result 'License files' 'Warning' "look at $($bad.FileName -join ', ')" }
        else { Add-Result 'License files' 'Passed' "$($files.Count) installed" }
    }
    Invoke-Check 'Alerts' {
        $alerts = @(Get-LicenseAlert @connection)
        if ($alerts) {
            foreach ($alert in $alerts) { Add-Result 'Alert' 'Warning' "$($alert.Title)" }
        }
        else { Add-Result 'Alerts' 'Passed' 'none' }
    }
}
$results
exit $(if ($results.Status -contains 'Failed') { 2 } elseif ($results.Status -contains 'Warning') { 1 } else { 0 })
