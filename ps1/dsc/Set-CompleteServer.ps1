<#
.SYNOPSIS
    Brings a new license server into the state of complete-server.dsc.yaml.

.DESCRIPTION
    Sets how the server works, trusts the issuer, installs license file and options file, adds the people and programs that may use
    the server, and sets what it notes and sends and who is told when something is wrong. What is as desired already stays as it is,
    so that the script can run as often as you like. One row for each resource, with what was done.

    Settings that take effect at the next start are named by Get-LicenseServerConfiguration until then. The mail server for alerts
    is the setting mail.server.

.PARAMETER LicenseFile
    License file on this machine; it is installed as acme.lic.

.PARAMETER IssuerFile
    File with the public key of its issuer (.pub) on this machine. Its key becomes trusted.

.PARAMETER OptionsFile
    Options file of the vendor ACME on this machine.

.PARAMETER AlertAddress
    Mail address, or https URL of a webhook, that alerts are sent to.

.PARAMETER TokenFolder
    Folder that the secrets of tokens are written to.

.PARAMETER OperatorPassword
    First password of the account operator, 12 characters or more.

.PARAMETER Insight
    Address of Insight Services; without it nothing is sent.

.PARAMETER Server
    Address of the web services; the default session, or LICENSING_SERVER, unless given.

.EXAMPLE
    $files = @{ LicenseFile = './acme.lic'; IssuerFile = './acme.pub'; OptionsFile = './ACME.opt'; TokenFolder = './tokens' }
    ./Set-CompleteServer.ps1 @files -AlertAddress ops@example.net -OperatorPassword (Read-Host -AsSecureString) -WhatIf

.EXAMPLE
    ./Set-CompleteServer.ps1 @files -AlertAddress ops@example.net -OperatorPassword $password -Insight https://insight.example.com:8443
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $LicenseFile,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $IssuerFile,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $OptionsFile,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $AlertAddress,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $TokenFolder,
    [Parameter(Mandatory)] [ValidateNotNull()] [securestring] $OperatorPassword,
    [AllowEmptyString()] [string] $Insight = '',
    [ValidateNotNullOrWhiteSpace()] [string] $Server
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$tokens = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($TokenFolder)
$issuer = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($IssuerFile)
$keyId = [regex]::Match([System.IO.File]::ReadAllText($issuer), '(?m)^key_id\s*=\s*"([0-9A-Fa-f]{16})"').Groups[1].Value
if (-not $keyId) {
    throw "$issuer is no file with the public key of an issuer: it has no key_id."
}
$resources = @(
    @{ Name = 'Server'; Property = @{ HeartbeatSeconds = 120; GraceSeconds = 600; Burst = @('ACME'); BurstDays = 30; AcceptUnverified = @() } }
    @{ Name = 'Issuer'; Property = @{ KeyId = $keyId; Path = $issuer } }
    @{ Name = 'LicenseFile'; Property = @{ FileName = 'acme.lic'; Path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LicenseFile) } }
    @{ Name = 'OptionsFile'; Property = @{ Vendor = 'ACME'; Path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($OptionsFile) } }
    @{ Name = 'UsageSampling'; Property = @{ Samples = $true; PollingInterval = 15; RetentionPeriod = 366 } }
    @{ Name = 'Administrator'; Property = @{ Account = 'operator'; Permissions = 'Full'; Password = $OperatorPassword } }
    @{ Name = 'Administrator'; Property = @{ Account = 'EXAMPLE\Help Desk'; Group = $true; Permissions = 'ReadOnly' } }
    @{ Name = 'Token'; Property = @{ Name = 'monitoring'; Permissions = 'ReadOnly'; Days = 366; SecretFile = Join-Path $tokens 'monitoring.token' } }
    @{ Name = 'Token'; Property = @{ Name = 'products'; Scope = 'Product'; SecretFile = Join-Path $tokens 'products.token' } }
    @{ Name = 'ManagementService'; Property = @{ Enabled = $true; Destination = $Insight; UploadTime = '03:30'; IncludeUserHashes = $false } }
    @{ Name = 'AlertRoute'; Property = @{ Name = 'operations'; Address = $AlertAddress; Level = 'Alert'; Enabled = $true; SilencedFeatures = @('TRIAL_*') } }
)
$connection = if ($Server) { @{ Server = $Server } } else { @{} }
foreach ($resource in $resources) {
    Invoke-LicenseDscResource -Method Set @resource @connection -WhatIf:$WhatIfPreference -Confirm:$false |
        Select-Object @{ Name = 'Resource'; Expression = { $resource.Name } }, InDesiredState, Steps
}
