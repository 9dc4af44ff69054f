function Get-LicenseAssignmentEvent {
    <#
    .SYNOPSIS
        Lists what happened to seats that are assigned to users and devices.

    .DESCRIPTION
        Lists when a user was first seen on a device, which assigns a seat or changes to whom it is assigned, and when
        that ended: because the period was over, or because an administrator took the seat back. Oldest events come
        first.

    .PARAMETER Newest
        Most events of each vendor, 1000 unless given.

    .EXAMPLE
        Get-LicenseAssignmentEvent

        Lists the newest thousand events.

    .EXAMPLE
        Get-LicenseAssignmentEvent -Newest 10000 | Where-Object User -eq alice

        Says when a user was assigned seats, and when they were released.

    .EXAMPLE
        Get-LicenseAssignmentEvent *_UD | Where-Object At -gt (Get-Date).AddDays(-7) | Group-Object Event -NoElement

        Counts what was assigned and released within a week.

    .INPUTS
        Objects with the properties Feature, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.AssignmentEventRow.

    .LINK
        Get-LicenseUsage

    .LINK
        Revoke-License
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.AssignmentEventRow')]
    [LicensingAdmin.SharedParameters('Feature', 'Vendor', 'Connection')]
    param(
        [ValidateRange(1, 10000)]
        [int] $Newest = 1000
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAssignmentEvents'
    }
}
