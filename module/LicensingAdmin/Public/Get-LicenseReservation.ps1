function Get-LicenseReservation {
    <#
    .SYNOPSIS
        Lists the seats that the options file sets aside, and how many of them are in use.

    .DESCRIPTION
        Lists each RESERVE line of the options files with the pool that it takes seats of, whom it is for, and how many
        of its seats are in use. Idle seats are kept: nobody else can have them. A line that more than one pool answers
        to has a row for each of them.

    .PARAMETER Kind
        Only lines for this kind of name, in the words of the options file.

    .PARAMETER Name
        Only lines for these users, hosts, groups and so on; wildcards allowed.

    .EXAMPLE
        Get-LicenseReservation

        Lists everything that is set aside.

    .EXAMPLE
        Get-LicenseReservation | Where-Object Idle -eq 0

        Lists the reservations that are used up.

    .EXAMPLE
        Get-LicenseReservation -Kind GROUP | Sort-Object Idle -Descending | Select-Object -First 5

        Lists the groups of users for whom most seats are kept that nobody uses.

    .INPUTS
        Objects with the properties Feature, User, Device, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.ReservationRow.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ReservationRow')]
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Device', 'Vendor', 'Connection')]
    param(
        [ValidateSet('USER', 'HOST', 'DISPLAY', 'GROUP', 'HOST_GROUP', 'INTERNET', 'PROJECT')]
        [string[]] $Kind,

        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.ReservationNameCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetReservations' | Where-Object { -not $Kind -or $_.Kind -in $Kind }
    }
}
