<#
.SYNOPSIS
    Takes back every seat that a user holds, after asking for each.

.DESCRIPTION
    Borrowed seats are left out: their products go on with them until the end of their period. With -WhatIf it only says what it would take
    back; with -Confirm:$false it does not ask.

.PARAMETER User
    User as the products name them, wildcards allowed.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account with Full permission and its password.

.EXAMPLE
    ./Revoke-UserSeat.ps1 anna -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin -WhatIf

    Says which seats would be taken back.

.EXAMPLE
    ./Revoke-UserSeat.ps1 anna -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin -Confirm:$false
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory, Position = 0)] [string] $User,
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    # Revoke-License asks for each seat, and takes -WhatIf and -Confirm over from here.
    Get-LicenseUsage -User $User -Session $session |
        Where-Object -Property State -NE -Value 'Borrowed' |
        Revoke-License -PassThru
}
finally {
    Disconnect-LicenseServer $session
}
