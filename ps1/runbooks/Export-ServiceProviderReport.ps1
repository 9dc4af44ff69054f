<#
.SYNOPSIS
    Writes what service providers report each month: how many people used each feature, by customer.

.DESCRIPTION
    Counts each user of a feature once in the month. The customer is what stands before the backslash of CUSTOMER\user or behind the at
    sign of user@customer; without either it is empty. Users who are free of charge, such as those of tests and of administrators, are counted
    by themselves. Returns the rows, and writes them into a CSV file where -Path is given. Running it again gives the same. Changes
    nothing on the server; a ReadOnly token suffices.

.PARAMETER Month
    A day of the month; the last one that is over unless given.

.PARAMETER Path
    File to write; it is replaced at once.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER FreeUser
    Users who are free of charge, wildcards allowed.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Export-ServiceProviderReport.ps1 -Path ./2026-10.csv -Month 2026-10-01 -FreeUser '*\admin', 'test-*'

.EXAMPLE
    ./Export-ServiceProviderReport.ps1 | Format-Table
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [datetime] $Month = (Get-Date).AddMonths(-1),
    [ValidatePattern('\.csv$')] [string] $Path,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [ValidateNotNullOrWhiteSpace()] [string[]] $FreeUser,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$first = [datetime]::new($Month.Year, $Month.Month, 1, 0, 0, 0, [System.DateTimeKind]::Local)

function Get-Customer([string] $User) {
    if ($User.Contains('\')) { $User.Substring(0, $User.IndexOf('\')) } elseif ($User.Contains('@')) { $User.Substring($User.LastIndexOf('@') + 1) } else { '' }
}

# A user of several machines or rows is one person.
$used = foreach ($row in Get-LicenseUsageHistory -Feature $Feature -Since $first -Until $first.AddMonths(1).AddSeconds(-1) -By Month -PerUser @connection) {
    $name = $row.User
    [pscustomobject]@{ Feature = $row.Feature; User = $name.ToLowerInvariant(); Customer = Get-Customer $name; IsFree = @($FreeUser | Where-Object { $_ -and $name -like $_ }).Count -gt 0 }
}
$rows = @(
    foreach ($group in $used | Group-Object -Property Customer, Feature | Sort-Object -Property Name) {
        $users = @($group.Group | Sort-Object -Property User -Unique)
        $free = @($users | Where-Object IsFree)
        [pscustomobject]@{
            PSTypeName = 'LicensingRunbook.ServiceProviderRow'
            Month      = $first.ToString('yyyy-MM', [cultureinfo]::InvariantCulture)
            Customer   = $group.Group[0].Customer
            Feature    = $group.Group[0].Feature
            Users      = $users.Count
            FreeUsers  = $free.Count
            Billable   = $users.Count - $free.Count
        }
    }
)
if ($Path) {
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    if ($PSCmdlet.ShouldProcess($file, "Write $($rows.Count) rows")) {
        $draft = "$file.new"
        [System.IO.File]::WriteAllLines($draft, [string[]] @($rows | ConvertTo-Csv))
        [System.IO.File]::Move($draft, $file, $true)
    }
}
$rows
