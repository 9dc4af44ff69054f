<#
.SYNOPSIS
    Writes a report of what is installed, used and waited for, as one HTML page or as CSV.

.DESCRIPTION
    The page holds everything it needs: bars for each feature, expiry dates, who holds seats, and the denials of the last day. The
    file is replaced at once, so that a reader never sees half a page. Changes nothing on the server; a ReadOnly token suffices.

.PARAMETER Path
    File to write; .html or .csv decides the form.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER IncludeHolder
    Names users and devices. Left out unless given.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Export-SeatUsageReport.ps1 ./licenses.html

.EXAMPLE
    ./Export-SeatUsageReport.ps1 ./licenses.csv -Feature 'XDT_*'
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([System.IO.FileInfo])]
param(
    [Parameter(Mandatory, Position = 0)] [ValidatePattern('\.(html|csv)$')] [string] $Path,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [switch] $IncludeHolder,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$invariant = [cultureinfo]::InvariantCulture

# Names come from products and license files: nothing of them is markup.
function ConvertTo-Cell($Value) {
    $text = if ($Value -is [datetime]) { $Value.ToUniversalTime().ToString('yyyy-MM-dd HH:mm', $invariant) } elseif ($Value -is [double]) { $Value.ToString($invariant) } else { "$Value" }
    [System.Net.WebUtility]::HtmlEncode($text)
}

function ConvertTo-Table([string] $Title, [object[]] $Rows) {
    "<h2>$(ConvertTo-Cell $Title)</h2>"
    if (-not $Rows) {
        '<p>None.</p>'
        return
    }
    $names = $Rows[0].PSObject.Properties.Name
    "<table><tr>$(-join ($names | ForEach-Object { "<th>$(ConvertTo-Cell $_)</th>" }))</tr>"
    foreach ($row in $Rows) {
        "<tr>$(-join ($names | ForEach-Object { "<td>$(ConvertTo-Cell $row.$_)</td>" }))</tr>"
    }
    '</table>'
}

$pools = @(
    foreach ($total in Get-LicenseInventory -Total -Feature $Feature @connection | Where-Object { -not $_.Uncounted }) {
        [pscustomobject]@{
            Server     = $total.Server
            Feature    = $total.Feature
            Installed  = $total.Installed
            InUse      = $total.InUse
            Percent    = $total.PercentInUse
            NextExpiry = if ($total.Expires) { $total.Expires.ToString('yyyy-MM-dd', $invariant) } else { '' }
        }
    }
)

if ($Path -like '*.csv') {
    $text = ($pools | Select-Object Server, Feature, Installed, InUse, @{ Name = 'Percent'; Expression = { $_.Percent.ToString($invariant) } }, NextExpiry | ConvertTo-Csv) -join "`n"
}
else {
    $bars = foreach ($pool in $pools) {
        $width = [math]::Min(100, $pool.Percent).ToString($invariant)
        $color = if ($pool.Percent -ge 95) { '#b3261e' } elseif ($pool.Percent -ge 85) { '#b06000' } else { '#1e6b3a' }
        "<tr><td>$(ConvertTo-Cell $pool.Feature)</td><td><svg width='300' height='14' role='img'><title>$(ConvertTo-Cell $pool.Percent) %</title>" +
        "<rect width='100%' height='14' fill='#e4e4e4'/><rect width='$width%' height='14' fill='$color'/></svg></td>" +
        "<td>$($pool.InUse) of $($pool.Installed)</td><td>$(ConvertTo-Cell $pool.NextExpiry)</td></tr>"
    }
    $holders = @(if ($IncludeHolder) { Get-LicenseUsage -Feature $Feature @connection | Select-Object Feature, User, Device, Count, Since })
    $denials = @(Get-LicenseDenial -Feature $Feature -Since (Get-Date).AddDays(-1) @connection | Group-Object Feature, Reason | ForEach-Object {
            [pscustomobject]@{ Feature = $_.Group[0].Feature; Reason = $_.Group[0].Reason; Denials = ($_.Group | Measure-Object Times -Sum).Sum }
        })
    $text = @(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>License usage</title>'
        '<style>body{font:15px system-ui,sans-serif;margin:2em;color:#222}table{border-collapse:collapse}td,th{padding:.3em .8em;text-align:left;border-bottom:1px solid #ddd}</style></head><body>'
        "<h1>License usage</h1><p>As of $(ConvertTo-Cell ([datetime]::UtcNow)). All times are UTC.</p>"
        '<h2>Features</h2><table><tr><th>Feature</th><th>In use</th><th>Seats</th><th>Next expiry</th></tr>'
        $bars
        '</table>'
        ConvertTo-Table 'Denials of the last day' $denials
        if ($IncludeHolder) { ConvertTo-Table 'Who holds seats' $holders }
        '</body></html>'
    ) -join "`n"
}

$file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
if ($PSCmdlet.ShouldProcess($file, 'Write the report')) {
    $draft = "$file.new"
    [System.IO.File]::WriteAllText($draft, $text + "`n")
    [System.IO.File]::Move($draft, $file, $true)
    Get-Item -LiteralPath $file
}
