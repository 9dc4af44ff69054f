function Get-LicenseServer {
    <#
    .SYNOPSIS
        Shows version, set-up and vendor daemons of the license server.

    .DESCRIPTION
        Shows what the server is, since when it runs, on which ports it listens, what each of its vendor daemons is
        doing, and what the caller may do.

    .EXAMPLE
        Get-LicenseServer

        Shows the server of the default session.

    .EXAMPLE
        (Get-LicenseServer).VendorDaemons | Where-Object State -ne Running

        Lists the vendor daemons that are not serving.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ServerInfo, with VendorDaemons as LicensingAdmin.VendorDaemon.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicenseAlert

    .LINK
        Get-LicServerInfo
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ServerInfo')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetServerInfo'
    }
}
