<#
.SYNOPSIS
    Brings two license servers into the state of disaster-recovery-pair.dsc.yaml.

.DESCRIPTION
    Has both trust the same issuer, installs the same license file on both, adds the same operators, and has each name the other, so
    that the same licenses on both are no finding. The GUIDs are read from the servers. Sessions with both are opened before with Connect-LicenseServer. What is as
    desired already stays as it is. One row for each resource, with what was done.

.PARAMETER Primary
    The server that serves, as its session is called.

.PARAMETER Standby
    The server that stands in for it, as its session is called.

.PARAMETER LicenseFile
    License file on this machine; it is installed as acme.lic.

.PARAMETER IssuerFile
    File with the public key of its issuer (.pub) on this machine. Its key becomes trusted.

.EXAMPLE
    Connect-LicenseServer lic1.example.net, lic2.example.net -Credential admin
    ./Set-DisasterRecoveryPair.ps1 lic1.example.net lic2.example.net ./acme.lic ./acme.pub -WhatIf

.EXAMPLE
    ./Set-DisasterRecoveryPair.ps1 lic1.example.net lic2.example.net ./acme.lic ./acme.pub
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $Primary,
    [Parameter(Mandatory, Position = 1)] [ValidateNotNullOrWhiteSpace()] [string] $Standby,
    [Parameter(Mandatory, Position = 2)] [ValidateNotNullOrWhiteSpace()] [string] $LicenseFile,
    [Parameter(Mandatory, Position = 3)] [ValidateNotNullOrWhiteSpace()] [string] $IssuerFile
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LicenseFile)
$issuer = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($IssuerFile)
$keyId = [regex]::Match([System.IO.File]::ReadAllText($issuer), '(?m)^key_id\s*=\s*"([0-9A-Fa-f]{16})"').Groups[1].Value
if (-not $keyId) {
    throw "$issuer is no file with the public key of an issuer: it has no key_id."
}
$pairs = @(
    @{ Server = $Primary; Partner = (Get-LicenseManagementService -Session $Standby).ServerGuid }
    @{ Server = $Standby; Partner = (Get-LicenseManagementService -Session $Primary).ServerGuid }
)
foreach ($pair in $pairs) {
    $resources = @(
        @{ Name = 'Issuer'; Property = @{ KeyId = $keyId; Path = $issuer } }
        @{ Name = 'LicenseFile'; Property = @{ FileName = 'acme.lic'; Path = $path } }
        @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\License Operators'; Group = $true; Permissions = 'Full' } }
        @{ Name = 'ManagementService'; Property = @{ DisasterRecoveryPartner = $pair.Partner } }
    )
    foreach ($resource in $resources) {
        Invoke-LicenseDscResource -Method Set @resource -Session $pair.Server -WhatIf:$WhatIfPreference -Confirm:$false |
            Select-Object Server, @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
    }
}
