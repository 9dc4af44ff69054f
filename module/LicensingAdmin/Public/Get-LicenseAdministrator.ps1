function Get-LicenseAdministrator {
    <#
    .SYNOPSIS
        Lists the accounts that may use the web services.

    .DESCRIPTION
        Lists accounts and groups with their level. A name without wildcards that is not there is an error.

    .PARAMETER Account
        Accounts (DOMAIN\name), wildcards allowed; compared without case.

    .PARAMETER AccountSid
        SID of the one account wanted.

    .PARAMETER Permission
        Only accounts of this level.

    .EXAMPLE
        Get-LicenseAdministrator

        Lists every account.

    .EXAMPLE
        Get-LicenseAdministrator -Permission ReadOnly

        Lists the accounts that may only look.

    .EXAMPLE
        Get-LicenseAdministrator 'EXAMPLE\*' | Format-Table Account, Permissions, PasswordSet

        Lists the accounts of one domain.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Administrator.

    .LINK
        New-LicenseAdministrator

    .LINK
        Set-LicenseAdministrator

    .LINK
        Remove-LicenseAdministrator

    .LINK
        Get-LicAdministrator
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Administrator')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [LicensingAdmin.AccountName()]
        [string[]] $Account,

        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AccountSidCompleter])]
        [string] $AccountSid,

        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission
    )

    process {
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'GetAdministrators')
        if ($Permission) {
            $request['permissions'] = $Permission
        }
        # That no account passes a filter is no error here; a missing name is reported by its name.
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAdministrators' -Request $request -Ignore 'NoUsers' `
            -NameProperty 'Account' -Noun 'account' -NotFoundCode 'UserNotFound' -NotFoundAction 'List all accounts with Get-LicenseAdministrator.'
    }
}
