function Get-LicenseQueue {
    <#
    .SYNOPSIS
        Lists the requests that wait for a seat, in the order in which they are served.

    .DESCRIPTION
        Lists the products that wait because all seats of a feature are out, line by line. Position 1 is served next.
        KeptUntil has a value while a product is away; its place is lost then.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER User
        Users, wildcards allowed.

    .PARAMETER Device
        Devices, wildcards allowed.

    .PARAMETER Vendor
        Only requests that wait at this vendor.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string[]] $User,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string[]] $Device,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

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
            user    = ConvertTo-LicensingFilter $User
            device  = ConvertTo-LicensingFilter $Device
            vendor  = if ($Vendor) { $Vendor } else { $null }
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetQueue' -Request $request |
            Where-Object { Test-LicensingPattern -Text $_.Feature -Pattern $Feature } |
            Where-Object { Test-LicensingPattern -Text $_.User -Pattern $User } |
            Where-Object { Test-LicensingPattern -Text $_.Device -Pattern $Device }
    }
}
