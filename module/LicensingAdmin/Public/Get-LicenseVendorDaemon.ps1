function Get-LicenseVendorDaemon {
    <#
    .SYNOPSIS
        Lists the vendor daemons: state, port, leases and how many requests wait.

    .DESCRIPTION
        Lists the vendor daemons that the license server has started, in the order of their ports. Leases and Queued are
        empty for a daemon that does not answer, and there is one error for it.

    .EXAMPLE
        Get-LicenseVendorDaemon

        Lists all vendor daemons.

    .EXAMPLE
        Get-LicenseVendorDaemon | Where-Object State -ne Running

        Lists the vendor daemons that do not serve.

    .INPUTS
        Objects with the properties Vendor and Server.

    .OUTPUTS
        LicensingAdmin.VendorDaemonRow.

    .LINK
        Get-LicenseServer

    .LINK
        Get-LicenseQueue
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.VendorDaemonRow')]
    [LicensingAdmin.SharedParameters('Vendor', 'Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetVendorDaemons'
    }
}
