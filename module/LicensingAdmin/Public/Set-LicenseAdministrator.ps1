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
        New password, 12 characters or more. The tokens of the account end with the old password.

    .PARAMETER KeepToken
        Leaves the tokens of the account in force although its password changes.

    .PARAMETER PassThru
        Returns the account as it is now.

    .PARAMETER AllowNtlm
        Whether the account may sign in to WS-Management with NTLM. Turning it on needs -Password as well, because the server
        keeps a hash of it; -AllowNtlm:$false makes the server forget the hash.

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
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Identity')]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string] $Account,

        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission,

        [securestring] $Password,

        [switch] $KeepToken,

        [switch] $AllowNtlm,

        [switch] $PassThru
    )

    process {
        $what = @(
            if ($Permission) { "level $Permission" }
            if ($Password) { 'password' }
            if ($PSBoundParameters.ContainsKey('AllowNtlm')) { "NTLM $(if ($AllowNtlm) { 'on' } else { 'off' })" }
        ) -join ' and '
        if (-not $what) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $Account `
                        -Message 'There is nothing to change.' -Action 'Give -Permission, -Password or -AllowNtlm.'))
            return
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Set $what of administrator $Account")
        if ($allowed) {
            $request = @{
                identity    = $Account
                permissions = if ($Permission) { $Permission } else { $null }
                password    = $Password
                keepTokens  = if ($KeepToken) { $true } else { $null }
                ntlm        = if ($PSBoundParameters.ContainsKey('AllowNtlm')) { [bool] $AllowNtlm } else { $null }
            }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetAdministrator' -Request $request -Target $Account |
                Where-Object { $PassThru }
        }
    }
}
