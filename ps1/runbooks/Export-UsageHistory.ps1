<#
.SYNOPSIS
    Writes the history of use as a CSV file that spreadsheets and databases read.

.DESCRIPTION
    One row for each feature and hour, day or month: when it begins (UTC, ISO 8601), peak, average, seats installed, overdraft, denials. Numbers
    have a point whatever the language of the machine. The file is replaced at once, so that the runbook can run again. Changes nothing
    on the server; a ReadOnly token suffices.

.PARAMETER Path
    File to write.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER Last
    How far back it begins, such as 30d or 12h.

.PARAMETER By
    How long each row is.

.PARAMETER PerUser
    A row for each user and feature. Names people; left out unless given.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Export-UsageHistory.ps1 ./history.csv -Last 7d -By Hour

.EXAMPLE
    ./Export-UsageHistory.ps1 ./history.csv -Feature 'CAD_*' -Last 365d -By Month
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([System.IO.FileInfo])]
param(
    [Parameter(Mandatory, Position = 0)] [ValidatePattern('\.csv$')] [string] $Path,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidatePattern('^\d{1,6}\s*[wdhms]$')] [string] $Last = '30d',
    [ValidateSet('Hour', 'Day', 'Month')] [string] $By = 'Day',
    [switch] $PerUser,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$invariant = [cultureinfo]::InvariantCulture

$rows = @(
    foreach ($row in Get-LicenseUsageHistory -Feature $Feature -Last $Last -By $By -PerUser:$PerUser @connection) {
        $values = [ordered]@{
            Start     = $row.Start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm'Z'", $invariant)
            Server    = $row.Server
            Vendor    = $row.Vendor
            Feature   = $row.Feature
            Peak      = $row.Peak
            Average   = if ($null -ne $row.Average) { ([double] $row.Average).ToString('0.##', $invariant) } else { '' }
            Installed = $row.Installed
            Overdraft = $row.Overdraft
            Denials   = $row.Denials
        }
        if ($PerUser) {
            $values['User'] = $row.User
            $values['Checkouts'] = $row.Checkouts
        }
        [pscustomobject] $values
    }
)
$file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
if ($PSCmdlet.ShouldProcess($file, "Write $($rows.Count) rows")) {
    $draft = "$file.new"
    [System.IO.File]::WriteAllLines($draft, [string[]] @($rows | ConvertTo-Csv))
    [System.IO.File]::Move($draft, $file, $true)
    Get-Item -LiteralPath $file
}
