<#
.SYNOPSIS
    Brings two license servers into the state of disaster-recovery-pair.dsc.yaml.

.DESCRIPTION
    Installs the same license file on both, adds the same operators, and has each name the other, so that the same licenses on both
    are no finding. The GUIDs are read from the servers. Sessions with both are opened before with Connect-LicenseServer. What is as
    desired already stays as it is. One row for each resource, with what was done.

.PARAMETER Primary
    The server that serves, as its session is called.

.PARAMETER Standby
    The server that stands in for it, as its session is called.

.PARAMETER LicenseFile
    License file on this machine; it is installed as acme.lic.

.EXAMPLE
    Connect-LicenseServer lic1.example.net, lic2.example.net -Credential admin
    ./Set-DisasterRecoveryPair.ps1 lic1.example.net lic2.example.net ./acme.lic -WhatIf

.EXAMPLE
    ./Set-DisasterRecoveryPair.ps1 lic1.example.net lic2.example.net ./acme.lic
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $Primary,
    [Parameter(Mandatory, Position = 1)] [ValidateNotNullOrWhiteSpace()] [string] $Standby,
    [Parameter(Mandatory, Position = 2)] [ValidateNotNullOrWhiteSpace()] [string] $LicenseFile
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LicenseFile)
$pairs = @(
    @{ Server = $Primary; Partner = (Get-LicenseManagementService -Session $Standby).ServerGuid }
    @{ Server = $Standby; Partner = (Get-LicenseManagementService -Session $Primary).ServerGuid }
)
foreach ($pair in $pairs) {
    $resources = @(
        @{ Name = 'LicenseFile'; Property = @{ FileName = 'acme.lic'; Path = $path } }
        @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\License Operators'; Group = $true; Permissions = 'Full' } }
        @{ Name = 'ManagementService'; Property = @{ DisasterRecoveryPartner = $pair.Partner } }
    )
    foreach ($resource in $resources) {
        Invoke-LicenseDscResource -Method Set @resource -Session $pair.Server -WhatIf:$WhatIfPreference -Confirm:$false |
            Select-Object Server, @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
    }
}
