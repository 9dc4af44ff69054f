function Get-LicenseAssignmentEvent {
    <#
    .SYNOPSIS
        Lists what happened to seats that are assigned to users and devices.

    .DESCRIPTION
        Lists when a user was first seen on a device, which assigns a seat or changes to whom it is assigned, and when
        that ended: because the period was over, or because an administrator took the seat back. Oldest events come
        first.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER Vendor
        Only seats of this vendor.

    .PARAMETER Newest
        Most events of each vendor, 1000 unless given.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

        [ValidateRange(1, 10000)]
        [int] $Newest = 1000,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $request = @{
            feature = ConvertTo-LicensingFilter $Feature
            vendor  = if ($Vendor) { $Vendor } else { $null }
            newest  = $Newest
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetAssignmentEvents' -Request $request |
            Where-Object { Test-LicensingPattern -Text $_.Feature -Pattern $Feature }
    }
}
