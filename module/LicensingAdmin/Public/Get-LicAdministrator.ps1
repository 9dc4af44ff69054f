function Get-LicAdministrator {
    <#
    .SYNOPSIS
        Gets the administrators of a license server.

    .DESCRIPTION
        Returns the accounts and groups that may use Web Services for Licensing.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER AccountSid
        SID of the one account wanted.

    .PARAMETER ReadOnly
        Returns only accounts that may look but not change.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicAdministrator -AdminAddress https://licserver.example.net:8083

        Returns every account.

    .EXAMPLE
        Get-LicAdministrator -AdminAddress https://licserver.example.net:8083 -ReadOnly

        Returns the accounts that may only look.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLUser.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        New-LicAdministrator

    .LINK
        Set-LicAdministrator

    .LINK
        Remove-LicAdministrator

    .LINK
        Get-LicenseAdministrator
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLUser')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [ArgumentCompleter([LicensingAdmin.AccountSidCompleter])]
        [string] $AccountSid,

        [switch] $ReadOnly,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $request = @{
            accountSid  = if ($AccountSid) { $AccountSid } else { $null }
            permissions = if ($ReadOnly) { 'ReadOnly' } else { $null }
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetAdministrators' -Request $request | ConvertTo-WslUser
    }
}
