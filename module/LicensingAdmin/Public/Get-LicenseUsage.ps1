function Get-LicenseUsage {
    <#
    .SYNOPSIS
        Lists who holds a seat.

    .DESCRIPTION
        Lists the holders of seats of every model with user, device, host, product, and since when they hold them and
        when they were last heard of. State says whether a seat is in use, lingers after its checkin or is borrowed.

        A seat that is assigned to a user or device is one row, however many sessions are on it; its product is the one
        that used it last.

    .PARAMETER Model
        Only seats that are counted by this.

    .PARAMETER OlderThan
        Only seats that were checked out at least so long ago: a TimeSpan, words such as 7d, 12h or 30m, or the date since
        which they are held.

    .PARAMETER Idle
        Only seats whose product was last heard of at least so long ago, written in the same ways. Products report every
        few minutes while they run; of an assigned seat it is the last use.

    .EXAMPLE
        Get-LicenseUsage

        Lists every seat that is out.

    .EXAMPLE
        Get-LicenseUsage -User alice*

        Lists the seats of users whose name begins with alice.

    .EXAMPLE
        Get-LicenseUsage -OlderThan 7d | Sort-Object Since

        Lists the seats that have been out for a week or more, the oldest first.

    .EXAMPLE
        Get-LicenseInventory *_CCU | Get-LicenseUsage | Group-Object User -NoElement

        Counts the concurrent seats of each user.

    .INPUTS
        Objects with the properties Feature, User, Device, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.UsageRow.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-LicUsageDetails
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.UsageRow')]
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Device', 'Vendor', 'Connection')]
    param(
        [ValidateSet('Concurrent', 'User', 'Device', 'Server')]
        [string] $Model,

        [LicensingAdmin.DurationTransformation()]
        [timespan] $OlderThan,

        [LicensingAdmin.DurationTransformation()]
        [timespan] $Idle
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetUsage'
    }
}
