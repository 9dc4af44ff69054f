function Get-LicServerInfo {
    <#
    .SYNOPSIS
        Returns information about a license server.

    .DESCRIPTION
        Returns version, host and user of the license server. Certificate and credentials come from the session that
        Connect-LicenseServer opened with the same host and port, or from the environment.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .EXAMPLE
        Get-LicServerInfo -AdminAddress https://licserver.example.net:8083

        Shows version, host and user.

    .EXAMPLE
        Get-LicLocation licserver.example.net | Get-LicServerInfo | Select-Object HostName, SLVersion

        Finds the server by its host name and shows its version.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLServerInfo.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicenseServer

    .LINK
        Get-LicLocation
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLServerInfo')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetServerInfo') {
            [pscustomobject]@{
                PSTypeName  = 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
                WSLVersion  = $row.WslVersion
                SLVersion   = $row.LsVersion
                LSVersion   = $row.LsVersion
                Locale      = $row.Locale
                HostName    = $row.HostName
                HostIP      = $row.HostIp
                UserName    = $row.UserName
                UserDomain  = $row.UserDomain
                Permissions = $row.Permissions
            }
        }
    }
}
