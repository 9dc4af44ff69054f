<#
.SYNOPSIS
    Lists seats that are held although their product was not heard of for a while.

.DESCRIPTION
    Products report every few minutes while they run. The seats of a product that ended without returning them come back by themselves
    after their lifetime; what stays longer is borrowed, or assigned to somebody who does not use it. Changes nothing; a ReadOnly account
    suffices.

.PARAMETER Idle
    Least time without a word, such as 30d, 12h or a TimeSpan; 30 days unless given.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account and password at the license server.

.EXAMPLE
    ./Find-IdleSeat.ps1 -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Find-IdleSeat.ps1 -Idle 12h -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin
#>
[CmdletBinding()]
param(
    [ValidateNotNull()] [object] $Idle = '30d',
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    Get-LicenseUsage -Idle $Idle -Session $session |
        Sort-Object -Property Since |
        Select-Object -Property Feature, User, Device, State, Count, Since, Product
}
finally {
    Disconnect-LicenseServer $session
}
