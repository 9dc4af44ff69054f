<#
.SYNOPSIS
    Brings license servers into the state of locked-down-site.dsc.yaml.

.DESCRIPTION
    Has the servers send nothing: the license management service is off, has no destination and no diagnostic part. One group may
    look; the account of the supplier and the token for deployment are removed. What is as desired already stays as it is. One row
    for each resource, with what was done.

.PARAMETER Server
    Addresses of web services; the default sessions, or LICENSING_SERVER, unless given.

.EXAMPLE
    ./Set-LockedDownSite.ps1 -WhatIf

.EXAMPLE
    ./Set-LockedDownSite.ps1 | Where-Object InDesiredState -eq $false
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidateNotNullOrWhiteSpace()] [string[]] $Server
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$resources = @(
    @{ Name = 'ManagementService'; Property = @{ Enabled = $false; Destination = ''; CertHash = ''; IncludeUserHashes = $false; CeipOption = 'None' } }
    @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\Auditors'; Group = $true; Permissions = 'ReadOnly' } }
    @{ Name = 'Administrator'; Property = @{ Account = 'SUPPLIER\support'; _exist = $false } }
    @{ Name = 'Token'; Property = @{ Name = 'deployment'; _exist = $false } }
)
$connection = if ($Server) { @{ Server = $Server } } else { @{} }
foreach ($resource in $resources) {
    Invoke-LicenseDscResource -Method Set @resource @connection -WhatIf:$WhatIfPreference -Confirm:$false |
        Select-Object Server, @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
}
