function Get-LicenseQueue {
    <#
    .SYNOPSIS
        Lists the requests that wait for a seat, in the order in which they are served.

    .DESCRIPTION
        Lists the products that wait because all seats of a feature are out, line by line. Position 1 is served next.
        KeptUntil has a value while a product is away; its place is lost then.
        PassedUntil tells until when smaller requests behind it may be served first (QUEUE_PASSING of the options file).

    .EXAMPLE
        Get-LicenseQueue

        Lists everybody who waits.

    .EXAMPLE
        Get-LicenseInventory XDT_* | Get-LicenseQueue

        Lists who waits for the features that begin with XDT_.

    .EXAMPLE
        Get-LicenseQueue | Group-Object Feature -NoElement

        Counts who waits, feature by feature.

    .INPUTS
        Objects with the properties Feature, User, Device, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.QueueRow.

    .LINK
        Get-LicenseDenial

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.QueueRow')]
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Device', 'Vendor', 'Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetQueue'
    }
}
