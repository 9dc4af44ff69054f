<#
.SYNOPSIS
    The part of the demo with allocation: seats of an order are put on the license server, over the connection to the vendor and by
    a request file and its answer.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Issuer,
    [Parameter(Mandatory)] [string] $AccessCodeFile,
    [Parameter(Mandatory)] [string] $EntitlementId,
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Insightd
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Show-Command.ps1')

Import-Module $Module
Set-Location -LiteralPath $Folder
Set-Alias -Name insightd -Value $Insightd
$password = Get-Content -LiteralPath $env:LICENSING_PASSWORD_FILE | ConvertTo-SecureString -AsPlainText
$credential = [pscredential]::new($env:LICENSING_ACCOUNT, $password)
$server = $env:LICENSING_SERVER
Connect-LicenseServer $server -CertHash $env:LICENSING_CERT_HASH -Credential $credential
$address = $env:INSIGHT_SERVER
$hash = $env:INSIGHT_CERT_HASH
$accessCode = (Get-Content -LiteralPath $AccessCodeFile -TotalCount 1).Trim()
$code = ConvertTo-SecureString $accessCode -AsPlainText

# The data folder of insightd is in the environment.
Show-Command { Add-LicenseIssuer $Issuer -Confirm:$false | Format-Table Server, Issuer, Vendors }
Show-Command { Set-LicenseServerConfiguration @{ 'fulfilment.address' = $address; 'fulfilment.cert_hash' = $hash } }
Show-Command { Get-LicEntitlements -AdminAddress $server -AccessCode $accessCode | New-LicAllocation -AdminAddress $server -Count 5 }
Show-Command { Get-LicenseEntitlement $code | Format-Table EntitlementId, ProductName, LicensesTotal, LicensesAvailable }
Show-Command { (Export-LicenseAllocationRequest ./seats.request.json -AccessCode $code -EntitlementId $EntitlementId -Count 3).Name }
Show-Command { insightd allocation answer seats.request.json --output seats.answer.json }
if ($LASTEXITCODE -ne 0) {
    throw "insightd ended with exit code $LASTEXITCODE."
}
Show-Command { Import-LicenseAllocationAnswer ./seats.answer.json | Format-Table FulfillmentId, State, Count, FileName }
Show-Command { Get-LicenseInventory SIM* | Format-Table Server, Feature, Installed, InUse, Free, Status, Signature }
Disconnect-LicenseServer -All
