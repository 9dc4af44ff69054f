<#
.SYNOPSIS
    The part of the demo with Insight Services: two license servers upload, the license that both have is found, and one of them
    stops uploading.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Organization
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Show-Command.ps1')

Import-Module $Module
$password = Get-Content -LiteralPath $env:LICENSING_PASSWORD_FILE | ConvertTo-SecureString -AsPlainText
$credential = [pscredential]::new($env:LICENSING_ACCOUNT, $password)
$first = Connect-LicenseServer $env:LICENSING_SERVER -CertHash $env:LICENSING_CERT_HASH -Credential $credential -PassThru
$second = Connect-LicenseServer $env:SECOND_LICENSING_SERVER -CertHash $env:SECOND_LICENSING_CERT_HASH -Credential $credential -PassThru
$address = $env:INSIGHT_SERVER
$hash = $env:INSIGHT_CERT_HASH

# The address, the certificate and the token are in the environment.
Show-Command { Connect-InsightServer }
Show-Command {
    foreach ($server in $first, $second) {
        $code = (New-InsightRegistration -Organization $Organization).RegistrationCode
        Set-LicenseManagementService -Session $server -Destination $address -DestinationCertHash $hash -RegistrationCode $code
    }
}
Show-Command { $first, $second, $first | ForEach-Object { Start-LicenseUpload -Session $_ } | Format-Table Server, Succeeded, Delivered, Waiting }
Show-Command { Get-InsightServer }
Show-Command { Get-InsightFinding -Kind Duplicate* | Format-Table Severity, State, Subject, Title }
Show-Command { Get-LicenseAlert -Session $first | Where-Object Code -Like Compliance* | Select-Object -First 1 | Format-List Server, Title, Detail, Action }
Show-Command { Set-LicenseManagementService -Session $first -Enabled $false -PassThru | Format-Table Server, Status, Enabled, LastResult }
Disconnect-InsightServer
Disconnect-LicenseServer -All
