function New-LicenseAdministrator {
    <#
    .SYNOPSIS
        Adds an account that may use the web services.

    .DESCRIPTION
        Adds an account with its level and, when given, its first password. An account that exists stays as it is, and
        is an error (AdministratorExists); change it with Set-LicenseAdministrator.

    .PARAMETER Account
        DOMAIN\name, name@domain, or a bare name for an account of the server itself.

    .PARAMETER Password
        First password, 12 characters or more. Without one the account can only use tokens.

    .PARAMETER Credential
        Account and first password together.

    .PARAMETER Permission
        Level of the account: ReadOnly, which may look, unless Full is given.

    .PARAMETER Group
        The name is that of a group.

    .PARAMETER AllowNtlm
        The account may sign in to WS-Management with NTLM, for which the server keeps a hash of the password; only for accounts
        of level ReadOnly with a password.

    .EXAMPLE
        New-LicenseAdministrator helpdesk -Password (Read-Host -AsSecureString)

        Adds an account that may look, and asks for its password.

    .EXAMPLE
        New-LicenseAdministrator 'EXAMPLE\LicenseTeam' -Group -Permission Full

        Adds a group with full permission.

    .EXAMPLE
        Import-Csv ./accounts.csv | New-LicenseAdministrator -WhatIf

        Says which accounts of a table with the columns Account and Permission would be added.

    .INPUTS
        Objects with the properties Account, Permissions, Group and Server.

    .OUTPUTS
        LicensingAdmin.Administrator.

    .LINK
        Get-LicenseAdministrator

    .LINK
        Set-LicenseAdministrator

    .LINK
        Remove-LicenseAdministrator

    .LINK
        New-LicAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Account')]
    [OutputType('LicensingAdmin.Administrator')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Account', ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string] $Account,

        [Parameter(ParameterSetName = 'Account')]
        [securestring] $Password,

        [Parameter(Mandatory, ParameterSetName = 'Credential')]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission = 'ReadOnly',

        [Parameter(ValueFromPipelineByPropertyName)]
        [switch] $Group,

        [switch] $AllowNtlm
    )

    process {
        $name = if ($Credential) { $Credential.UserName } else { $Account }
        $kind = if ($Group) { 'group' } else { 'administrator' }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Add $kind $name ($Permission)")
        if ($allowed) {
            $request = @{
                account     = $name
                group       = [bool] $Group
                permissions = $Permission
                password    = if ($Credential) { $Credential.Password } else { $Password }
                ntlm        = [bool] $AllowNtlm
            }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewAdministrator' -Request $request -Target $name
        }
    }
}
