function Get-LicenseUsage {
    <#
    .SYNOPSIS
        Lists who holds a seat.

    .DESCRIPTION
        Lists the holders of seats of every model with user, device, host, product, and since when they hold them and
        when they were last heard of. State says whether a seat is in use, lingers after its checkin or is borrowed.

        A seat that is assigned to a user or device is one row, however many sessions are on it; its product is the one
        that used it last.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER User
        User as the product named it; the wildcards * and ? are allowed.

    .PARAMETER Device
        Device that the product runs on or serves; the wildcards * and ? are allowed.

    .PARAMETER Vendor
        Only seats of this vendor.

    .PARAMETER Model
        Only seats that are counted by this.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseUsage

        Lists every seat that is out.

    .EXAMPLE
        Get-LicenseUsage -User alice*

        Lists the seats of users whose name begins with alice.

    .EXAMPLE
        Get-LicenseInventory *_CCU | Get-LicenseUsage | Group-Object User -NoElement

        Counts the concurrent seats of each user.

    .INPUTS
        Objects with the properties Feature, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.UsageRow.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-LicUsageDetails
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.UsageRow')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [SupportsWildcards()]
        [string] $User,

        [SupportsWildcards()]
        [string] $Device,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

        [ValidateSet('Concurrent', 'User', 'Device', 'Server')]
        [string] $Model,

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
            user    = if ($User) { $User } else { $null }
            device  = if ($Device) { $Device } else { $null }
            vendor  = if ($Vendor) { $Vendor } else { $null }
            model   = if ($Model) { $Model } else { $null }
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetUsage' -Request $request |
            Where-Object { Test-LicensingPattern -Text $_.Feature -Pattern $Feature }
    }
}
