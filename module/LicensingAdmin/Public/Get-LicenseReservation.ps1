function Get-LicenseReservation {
    <#
    .SYNOPSIS
        Lists the seats that the options file sets aside, and how many of them are in use.

    .DESCRIPTION
        Lists each RESERVE line of the options files with the pool that it takes seats of, whom it is for, and how many
        of its seats are in use. Idle seats are kept: nobody else can have them. A line that more than one pool answers
        to has a row for each of them.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER Vendor
        Only seats of this vendor.

    .PARAMETER Kind
        Only lines for this kind of name, in the words of the options file.

    .PARAMETER Name
        Only lines for these users, hosts, groups and so on; wildcards allowed.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
        Objects with the properties Feature, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.ReservationRow.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ReservationRow')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

        [ValidateSet('USER', 'HOST', 'DISPLAY', 'GROUP', 'HOST_GROUP', 'INTERNET', 'PROJECT')]
        [string[]] $Kind,

        [SupportsWildcards()]
        [string[]] $Name,

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
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetReservations' -Request $request |
            Where-Object { Test-LicensingPattern -Text $_.Feature -Pattern $Feature } |
            Where-Object { -not $Kind -or $_.Kind -in $Kind } |
            Where-Object { Test-LicensingPattern -Text $_.Name -Pattern $Name }
    }
}
