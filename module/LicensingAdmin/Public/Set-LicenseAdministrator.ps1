function Set-LicenseAdministrator {
    <#
    .SYNOPSIS
        Changes the level or password of an account.

    .DESCRIPTION
        Changes what is given and leaves the rest. One account with full permission always remains.

    .PARAMETER Account
        Account name or SID.

    .PARAMETER Permission
        New level.

    .PARAMETER Password
        New password, 12 characters or more.

    .PARAMETER PassThru
        Returns the account as it is now.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Set-LicenseAdministrator alice -Permission Full

        Lets an account change things.

    .EXAMPLE
        Get-LicenseAdministrator 'EXAMPLE\*' | Set-LicenseAdministrator -Permission ReadOnly -PassThru

        Takes the right to change from all accounts of a domain.

    .INPUTS
        Objects with the properties Account and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.Administrator.

    .LINK
        Get-LicenseAdministrator

    .LINK
        New-LicenseAdministrator

    .LINK
        Remove-LicenseAdministrator

    .LINK
        Set-LicAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Administrator')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Identity')]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [ValidateNotNullOrEmpty()]
        [string] $Account,

        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission,

        [securestring] $Password,

        [switch] $PassThru,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $what = @(
            if ($Permission) { "level $Permission" }
            if ($Password) { 'password' }
        ) -join ' and '
        if (-not $what) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $Account `
                        -Message 'There is nothing to change.' -Action 'Give -Permission or -Password.'))
            return
        }
        $allowed = @($sessions | Where-Object { $PSCmdlet.ShouldProcess($_.Server, "Set $what of administrator $Account") })
        if ($allowed.Count -gt 0) {
            $request = @{
                identity    = $Account
                permissions = if ($Permission) { $Permission } else { $null }
                password    = $Password
            }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetAdministrator' -Request $request -Target $Account |
                Where-Object { $PassThru }
        }
    }
}
