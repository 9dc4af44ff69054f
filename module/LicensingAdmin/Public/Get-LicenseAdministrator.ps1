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

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [string[]] $Account,

        [string] $AccountSid,

        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $request = @{
            account     = ConvertTo-LicensingFilter $Account
            accountSid  = if ($AccountSid) { $AccountSid } else { $null }
            permissions = if ($Permission) { $Permission } else { $null }
        }
        # That no account passes a filter is no error here; a missing name is reported by Select-LicensingMatch.
        $outcome = @{}
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetAdministrators' -Request $request -Ignore 'NoUsers' -Outcome $outcome |
            Select-LicensingMatch -Cmdlet $PSCmdlet -Outcome $outcome -Property 'Account' -Pattern $Account -NotFoundCode 'UserNotFound' `
                -NotFoundAction 'List all accounts with Get-LicenseAdministrator.'
    }
}
