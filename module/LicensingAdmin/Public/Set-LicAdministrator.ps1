function Set-LicAdministrator {
    <#
    .SYNOPSIS
        Sets the permission level of an administrator.

    .DESCRIPTION
        Gives an account full permission, or with -ReadOnly permission to look. Name the account by Account or by
        AccountSid.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Account
        DOMAIN\name or name@domain.

    .PARAMETER AccountSid
        SID of the account.

    .PARAMETER Group
        The name is that of a group. The server knows which of its accounts are groups; the switch is taken so that
        scripts run unchanged.

    .PARAMETER ReadOnly
        The account may look but not change; without it the account gets full permission.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Set-LicAdministrator -AdminAddress https://licserver.example.net:8083 -Account 'EXAMPLE\alice'

        Gives an account full permission.

    .EXAMPLE
        Set-LicAdministrator -AdminAddress https://licserver.example.net:8083 -Account 'EXAMPLE\Domain Users' -Group -ReadOnly

        Lets a group look but not change.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLUser.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicAdministrator

    .LINK
        New-LicAdministrator

    .LINK
        Remove-LicAdministrator

    .LINK
        Set-LicenseAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLUser')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [LicensingAdmin.AccountName()]
        [string] $Account,

        [ArgumentCompleter([LicensingAdmin.AccountSidCompleter])]
        [string] $AccountSid,

        [switch] $Group,

        [switch] $ReadOnly,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $identity = if ($AccountSid) { $AccountSid } else { $Account }
        if (-not $identity) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'UserNotFound' -Category InvalidArgument -Target $AdminAddress `
                        -Message 'No account is named.' -Action 'Give -Account or -AccountSid.'))
            return
        }
        $level = if ($ReadOnly) { 'ReadOnly' } else { 'Full' }
        $kind = if ($Group) { 'group' } else { 'administrator' }
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Set $kind $identity to $level")) {
            $request = @{ identity = $identity; permissions = $level }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'SetAdministrator' -Request $request -Target $identity | ConvertTo-WslUser
        }
    }
}
