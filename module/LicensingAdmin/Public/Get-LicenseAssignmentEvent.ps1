function Get-LicenseAssignmentEvent {
    <#
    .SYNOPSIS
        Lists what happened to seats that are assigned to users and devices.

    .DESCRIPTION
        Lists when a user was first seen on a device, which assigns a seat or changes to whom it is assigned, and when
        that ended: because the period was over, or because an administrator took the seat back. Oldest events come
        first.

    .PARAMETER Since
        Only what happened since then: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m.

    .PARAMETER Until
        Only what happened until then, given like -Since.

    .PARAMETER Newest
        Most events of each vendor, the newest, 1 to 100,000. Without it all are listed; a vendor that has more than 100,000
        is an error, and -Since and -Until list them part by part.

    .EXAMPLE
        Get-LicenseAssignmentEvent

        Lists all events.

    .EXAMPLE
        Get-LicenseAssignmentEvent | Where-Object User -eq alice

        Says when a user was assigned seats, and when they were released.

    .EXAMPLE
        Get-LicenseAssignmentEvent *_UD -Since 7d | Group-Object Event -NoElement

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
        [LicensingAdmin.InstantTransformation()]
        [datetime] $Since,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Until,

        [ValidateRange(1, 100000)]
        [int] $Newest
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAssignmentEvents'
    }
}
