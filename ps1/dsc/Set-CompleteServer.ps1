<#
.SYNOPSIS
    Brings a new license server into the state of complete-server.dsc.yaml.

.DESCRIPTION
    Installs the license file, adds the people and programs that may use the server, and sets what it sends. What is as desired
    already stays as it is, so that the script can run as often as you like. One row for each resource, with what was done.

.PARAMETER LicenseFile
    License file on this machine; it is installed as acme.lic.

.PARAMETER TokenFolder
    Folder that the secrets of tokens are written to.

.PARAMETER OperatorPassword
    First password of the account operator, 12 characters or more.

.PARAMETER Insight
    Address of Insight Services; without it nothing is sent.

.PARAMETER Server
    Address of the web services; the default session, or LICENSING_SERVER, unless given.

.EXAMPLE
    ./Set-CompleteServer.ps1 ./acme.lic -TokenFolder ./tokens -OperatorPassword (Read-Host -AsSecureString) -WhatIf

.EXAMPLE
    ./Set-CompleteServer.ps1 ./acme.lic -TokenFolder ./tokens -OperatorPassword $password -Insight https://insight.example.com:8443
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $LicenseFile,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $TokenFolder,
    [Parameter(Mandatory)] [ValidateNotNull()] [securestring] $OperatorPassword,
    [AllowEmptyString()] [string] $Insight = '',
    [ValidateNotNullOrWhiteSpace()] [string] $Server
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$tokens = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($TokenFolder)
$resources = @(
    @{ Name = 'LicenseFile'; Property = @{ FileName = 'acme.lic'; Path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LicenseFile) } }
    @{ Name = 'Administrator'; Property = @{ Account = 'operator'; Permissions = 'Full'; Password = $OperatorPassword } }
    @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\Help Desk'; Group = $true; Permissions = 'ReadOnly' } }
    @{ Name = 'Token'; Property = @{ Name = 'monitoring'; Permissions = 'ReadOnly'; Days = 366; SecretFile = Join-Path $tokens 'monitoring.token' } }
    @{ Name = 'Token'; Property = @{ Name = 'products'; Scope = 'Product'; SecretFile = Join-Path $tokens 'products.token' } }
    @{ Name = 'ManagementService'; Property = @{ Enabled = $true; Destination = $Insight; UploadTime = '03:30'; IncludeUserHashes = $false } }
)
$connection = if ($Server) { @{ Server = $Server } } else { @{} }
foreach ($resource in $resources) {
    Invoke-LicenseDscResource -Method Set @resource @connection -WhatIf:$WhatIfPreference -Confirm:$false |
        Select-Object @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
}
