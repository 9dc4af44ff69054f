<#
.SYNOPSIS
    Brings license servers into the state of locked-down-site.dsc.yaml.

.DESCRIPTION
    Has the servers send nothing outside: the license management service is off, has no destination and no diagnostic part; alerts go
    by mail to an address inside, and the webhook chat is removed. Nothing is served unverified or as a burst, and samples of use are
    kept for a month. One group may look; the account of the supplier and the token for deployment are removed. What is as desired
    already stays as it is. One row for each resource, with what was done.

.PARAMETER AlertAddress
    Mail address inside the site that alerts are sent to. The mail server is the setting mail.server.

.PARAMETER Server
    Addresses of web services; the default sessions, or LICENSING_SERVER, unless given.

.EXAMPLE
    ./Set-LockedDownSite.ps1 licensing@site.example -WhatIf

.EXAMPLE
    ./Set-LockedDownSite.ps1 licensing@site.example | Where-Object InDesiredState -eq $false
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidatePattern('^[^@\s]+@[^@\s]+$')] [string] $AlertAddress,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Server
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$resources = @(
    @{ Name = 'ManagementService'; Property = @{ Enabled = $false; Destination = ''; CertHash = ''; IncludeUserHashes = $false; CeipOption = 'None' } }
    @{ Name = 'AlertRoute'; Property = @{ Name = 'site'; Address = $AlertAddress; Level = 'Alert'; Enabled = $true } }
    @{ Name = 'AlertRoute'; Property = @{ Name = 'chat'; _exist = $false } }
    @{ Name = 'Server'; Property = @{ AcceptUnverified = @(); Burst = @() } }
    @{ Name = 'UsageSampling'; Property = @{ Samples = $true; RetentionPeriod = 31 } }
    @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\Auditors'; Group = $true; Permissions = 'ReadOnly' } }
    @{ Name = 'Administrator'; Property = @{ Account = 'SUPPLIER\support'; _exist = $false } }
    @{ Name = 'Token'; Property = @{ Name = 'deployment'; _exist = $false } }
)
$connection = if ($Server) { @{ Server = $Server } } else { @{} }
foreach ($resource in $resources) {
    Invoke-LicenseDscResource -Method Set @resource @connection -WhatIf:$WhatIfPreference -Confirm:$false |
        Select-Object Server, @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
}
