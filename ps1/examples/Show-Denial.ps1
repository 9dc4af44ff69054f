<#
.SYNOPSIS
    Shows why a user was refused a seat, who held the seats then, and whether they got one later.

.DESCRIPTION
    Changes nothing; a ReadOnly account suffices.

.PARAMETER User
    User as the products name them, wildcards allowed.

.PARAMETER Since
    How far to look back: a date, or words such as 7d or 12h; one day unless given.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account and password at the license server.

.EXAMPLE
    ./Show-Denial.ps1 anna -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

.EXAMPLE
    ./Show-Denial.ps1 '*' -Since 7d -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin

    The denials of everybody in the last week.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $User,
    [ValidateNotNull()] [object] $Since = '1d',
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    Get-LicenseDenial -User $User -Since $Since -Session $session |
        Sort-Object -Property LastTime -Descending |
        Select-Object -Property LastTime, Times, User, Device, Feature, Reason, Holders, GrantedAt
}
finally {
    Disconnect-LicenseServer $session
}
