function Reset-LicenseAdministrator {
    <#
    .SYNOPSIS
        Unlocks accounts: forgets their failed sign-ins.

    .DESCRIPTION
        After failed sign-ins the server makes an account wait, up to a quarter of an hour. This command forgets the failures of
        the account, so that it may sign in again at once, and records who did so. Password, level and tokens stay; a new password
        is set with Set-LicenseAdministrator. For an hour the failures of others at the same address do not delay the account
        either.

    .PARAMETER Account
        Account names or SIDs.

    .PARAMETER PassThru
        Returns the accounts.

    .EXAMPLE
        Reset-LicenseAdministrator alice

        Lets an account sign in again.

    .EXAMPLE
        Get-LicenseAdministrator 'EXAMPLE\*' | Reset-LicenseAdministrator -WhatIf

        Says which accounts of a domain would be unlocked.

    .INPUTS
        Objects with the properties Account and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.Administrator.

    .LINK
        Get-LicenseAdministrator

    .LINK
        Set-LicenseAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Administrator')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Identity')]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string[]] $Account,

        [switch] $PassThru
    )

    process {
        foreach ($name in $Account) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Forget the failed sign-ins of administrator $name")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ResetAdministrator' -Request @{ identity = $name } -Target $name |
                    Where-Object { $PassThru }
            }
        }
    }
}
