<#
.SYNOPSIS
    The administrator's part of the demo: connects as the environment says, and shows what the server knows.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $Module)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'Show-Command.ps1')

Import-Module $Module
$password = Get-Content -LiteralPath $env:LICENSING_PASSWORD_FILE | ConvertTo-SecureString -AsPlainText
$credential = [pscredential]::new($env:LICENSING_ACCOUNT, $password)
$server = $env:LICENSING_SERVER
$hash = $env:LICENSING_CERT_HASH
Show-Command { Connect-LicenseServer $server -CertHash $hash -Credential $credential }
Show-Command { Get-LicenseServer }
Show-Command { Get-LicenseFile }
Show-Command { Get-LicenseInventory }
Show-Command { Get-LicenseUsage }
Show-Command { Get-LicenseUsage -Feature 'REPORT*' | Sort-Object User | Format-Table User, Device, Since }
Show-Command { Invoke-LicenseWmiQuery 'SELECT PLD, Count, InUseCount FROM Citrix_GT_License_Pool WHERE InUseCount > 0' | Format-Table }
Disconnect-LicenseServer
