<#
.SYNOPSIS
    Makes an account that may look at everything and change nothing.

.DESCRIPTION
    Asks for the password of the new account unless -NewAccount has it. An account that exists is an error, and stays as it is.

.PARAMETER NewAccount
    Name of the new account and its password.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account with Full permission and its password.

.EXAMPLE
    ./New-ReadOnlyAdministrator.ps1 helpdesk -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./New-ReadOnlyAdministrator.ps1 helpdesk -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [System.Management.Automation.Credential()] [pscredential] $NewAccount,
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    New-LicenseAdministrator -Credential $NewAccount -Permission ReadOnly -Session $session
    Get-LicenseAdministrator -Session $session | Sort-Object -Property Permissions, Account
}
finally {
    Disconnect-LicenseServer $session
}
