<#
.SYNOPSIS
    Lists the users that a directory says have left, for Revoke-LeaverSeat.ps1.

.DESCRIPTION
    Asks an LDAP directory with ldapsearch (of OpenLDAP, in the package ldap-utils of Debian) for the entries that a filter finds, and
    returns one row for each value of an attribute. Where there is the module ActiveDirectory, Get-ADUser serves as well: its objects can
    be piped to Revoke-LeaverSeat.ps1.

    More entries than -Most are an error, for a filter that finds nearly everybody is a mistake. The connection is encrypted: with ldap://
    StartTLS has to succeed, unless -NoTls is given. Changes nothing.

.PARAMETER Uri
    Address of the directory: ldaps://host or ldap://host.

.PARAMETER SearchBase
    Entry below which is searched.

.PARAMETER Filter
    Filter that finds those who have left.

.PARAMETER Attribute
    Attribute that has the name of the user as the products send it.

.PARAMETER Most
    Most users that are plausible.

.PARAMETER BindDn
    Entry to sign in as; anonymously unless given.

.PARAMETER PasswordFile
    File with the password of -BindDn and nothing else, not even an end of line.

.PARAMETER NoTls
    Sends everything unencrypted.

.PARAMETER Program
    The program ldapsearch; found on the search path unless given.

.EXAMPLE
    ./Find-LdapLeaver.ps1 ldaps://ldap.example.net -SearchBase ou=people,dc=example,dc=net -Filter '(employeeType=left)' | ./Revoke-LeaverSeat.ps1 -Confirm:$false

.EXAMPLE
    ./Find-LdapLeaver.ps1 ldaps://dc1.example.net -SearchBase dc=example,dc=net -Attribute sAMAccountName -Filter '(&(objectClass=user)(userAccountControl:1.2.840.113556.1.4.803:=2))' -BindDn licenses@example.net -PasswordFile /run/secrets/ldap
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [ValidatePattern('^ldaps?://')] [string] $Uri,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $SearchBase,
    [Parameter(Mandatory)] [ValidatePattern('^\(.*\)$')] [string] $Filter,
    [ValidatePattern('^[A-Za-z][A-Za-z0-9-]*$')] [string] $Attribute = 'uid',
    [ValidateRange(1, 1000000)] [int] $Most = 100,
    [ValidateNotNullOrWhiteSpace()] [string] $BindDn,
    [ValidateNotNullOrWhiteSpace()] [string] $PasswordFile,
    [switch] $NoTls,
    [ValidateNotNullOrWhiteSpace()] [string] $Program = 'ldapsearch'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ([bool] $BindDn -ne [bool] $PasswordFile) {
    throw 'Give both -BindDn and -PasswordFile, or neither of them.'
}
if ($PasswordFile -and -not (Test-Path -LiteralPath $PasswordFile -PathType Leaf)) {
    throw "There is no file '$PasswordFile' with the password."
}
$arguments = @('-LLL', '-x', '-H', $Uri, '-b', $SearchBase, '-o', 'ldif-wrap=no', '-o', 'nettimeout=30')
if ($Uri -like 'ldap://*' -and -not $NoTls) {
    $arguments += '-ZZ'
}
if ($BindDn) {
    $arguments += '-D', $BindDn, '-y', $PSCmdlet.GetUnresolvedProviderPathFromPSPath($PasswordFile)
}
$lines = & $Program @arguments $Filter $Attribute 2>&1
if ($LASTEXITCODE -ne 0) {
    throw "ldapsearch at $Uri ended with exit code ${LASTEXITCODE}: $($lines -join ' ')"
}
$users = @(
    foreach ($line in $lines) {
        # A value that is not plain ASCII is written in base64, behind two colons.
        if ("$line" -match "^$([regex]::Escape($Attribute))(?<coded>:?): (?<value>.*)$") {
            if ($Matches.coded) { [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Matches.value)) } else { $Matches.value }
        }
    }
)
if ($users.Count -gt $Most) {
    throw "The filter finds $($users.Count) users, more than the $Most that are plausible. Check it, or give -Most."
}
foreach ($user in $users | Sort-Object -Unique) {
    [pscustomobject]@{ PSTypeName = 'LicensingRunbook.DirectoryUser'; User = $user }
}
