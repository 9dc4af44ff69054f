<#
.SYNOPSIS
    Writes the daily report of use: one HTML page with charts, and the same figures as CSV.

.DESCRIPTION
    Writes usage-yyyy-MM-dd.html and usage-yyyy-MM-dd.csv into a folder, for the days until the day before, and removes reports that are older
    than -KeepDays. The day is that of the report, so that a second run for the same day replaces its own files. Changes nothing on the
    server; a ReadOnly token suffices.

.PARAMETER Folder
    Folder of the reports; it is made when it does not exist.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER Days
    How many days the report covers.

.PARAMETER Date
    Day of the report; today unless given. A report that was missed is written later with it, as it would have been.

.PARAMETER KeepDays
    Reports that are older are removed; all are kept unless given.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Export-DailyUsageReport.ps1 /srv/reports -KeepDays 90

.EXAMPLE
    ./Export-DailyUsageReport.ps1 /srv/reports -Feature 'CAD_*' -Days 7 -WhatIf

.EXAMPLE
    ./Export-DailyUsageReport.ps1 /srv/reports -Date 2026-11-02
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([System.IO.FileInfo])]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $Folder,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidateRange(1, 3650)] [int] $Days = 30,
    [datetime] $Date = (Get-Date),
    [ValidateRange(1, 36500)] [int] $KeepDays,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$invariant = [cultureinfo]::InvariantCulture
$day = $Date.Date
$today = (Get-Date).Date
$place = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Folder)
if (-not (Test-Path -LiteralPath $place) -and $PSCmdlet.ShouldProcess($place, 'Make the folder')) {
    $null = New-Item -ItemType Directory -Path $place
}
foreach ($kind in 'html', 'csv') {
    $file = Join-Path $place "usage-$($day.ToString('yyyy-MM-dd', $invariant)).$kind"
    if ($PSCmdlet.ShouldProcess($file, "Write the report of $Days days")) {
        $draft = Join-Path $place "usage-$PID.new.$kind"
        try {
            $null = Export-LicenseUsageReport -Path $draft -Feature $Feature -Since $day.AddDays(-$Days) -Until $day.AddSeconds(-1) -By Day -Force @connection
            [System.IO.File]::Move($draft, $file, $true)
        }
        finally {
            [System.IO.File]::Delete($draft)
        }
        Get-Item -LiteralPath $file
    }
}
if ($KeepDays -and (Test-Path -LiteralPath $place)) {
    foreach ($old in Get-ChildItem -LiteralPath $place -File) {
        $written = [datetime]::MinValue
        $isReport = $old.Name -match '^usage-(\d{4}-\d{2}-\d{2})\.(html|csv)$' -and [datetime]::TryParseExact($Matches[1], 'yyyy-MM-dd', $invariant, 'None', [ref] $written)
        if ($isReport -and $written -lt $today.AddDays(-$KeepDays) -and $PSCmdlet.ShouldProcess($old.FullName, 'Remove the old report')) {
            Remove-Item -LiteralPath $old.FullName -Confirm:$false
        }
    }
}
