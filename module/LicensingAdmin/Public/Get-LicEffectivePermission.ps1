function Get-LicEffectivePermission {
    <#
    .SYNOPSIS
        Returns the permission level of the caller.

    .DESCRIPTION
        Returns what the account may do that asks: Full or ReadOnly.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicEffectivePermission -AdminAddress https://licserver.example.net:8083

        Shows the level of the open session.

    .EXAMPLE
        Get-LicEffectivePermission -AdminAddress https://licserver.example.net:8083 -CertHash $hash -Credentials (Get-Credential)

        Asks for an account and shows its level.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLServerInfo with the property Permissions.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicAdministrator
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLServerInfo')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetEffectivePermission') {
            [pscustomobject]@{
                PSTypeName  = 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
                Permissions = $row.Permissions
            }
        }
    }
}
