function Get-LicServiceAddedCapability {
    <#
    .SYNOPSIS
        Gets what the service of a license server offers.

    .DESCRIPTION
        Returns the names of the operations that Web Services for Licensing offers.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port and the
        host alone are taken too.

    .EXAMPLE
        Get-LicServiceAddedCapability -AdminAddress https://licserver.example.net:8083

        Lists what the service offers.

    .EXAMPLE
        (Get-LicServiceAddedCapability https://licserver.example.net:8083) -contains 'GetAlerts'

        Says whether the service knows alerts.

    .INPUTS
        System.String.

    .OUTPUTS
        System.String.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicServerInfo
    #>
    [CmdletBinding()]
    [OutputType([string])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetServerInfo' | ForEach-Object -MemberName Capabilities
    }
}
