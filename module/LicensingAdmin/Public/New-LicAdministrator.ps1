function New-LicAdministrator {
    <#
    .SYNOPSIS
        Adds an administrator to a license server.

    .DESCRIPTION
        Adds an account or group with full permission, or with permission to look. An account that exists is not
        changed. A password is set with Set-LicenseAdministrator.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Account
        DOMAIN\name or name@domain.

    .PARAMETER Group
        The name is that of a group.

    .PARAMETER ReadOnly
        The account may look but not change; without it the account gets full permission.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        New-LicAdministrator -AdminAddress https://licserver.example.net:8083 -Account 'EXAMPLE\License Admins' -Group

        Adds a group with full permission.

    .EXAMPLE
        New-LicAdministrator https://licserver.example.net:8083 -Account helpdesk@example.net -ReadOnly

        Adds an account that may look.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLUser.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicAdministrator

    .LINK
        Set-LicAdministrator

    .LINK
        Remove-LicAdministrator

    .LINK
        New-LicenseAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLUser')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [LicensingAdmin.AccountName()]
        [string] $Account,

        [switch] $Group,

        [switch] $ReadOnly,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $level = if ($ReadOnly) { 'ReadOnly' } else { 'Full' }
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Add administrator $Account ($level)")) {
            $request = @{ account = $Account; group = [bool] $Group; permissions = $level; keepExisting = $true }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'NewAdministrator' -Request $request -Target $Account | ConvertTo-WslUser
        }
    }
}
