function Get-LicenseDenial {
    <#
    .SYNOPSIS
        Shows why users were refused a license, who held the seats then, and whether they got one later.

    .DESCRIPTION
        Lists refused requests, the newest first: who asked for what, the reason in words and as the number that license
        manager logs show, what to do about it, who held the seats at that moment, and when the same user got seats of
        the feature after all. What is refused to the same user on the same device for the same reason within a minute is
        one row, Times says how often. The server keeps the newest 10,000 rows. Where made-up names flood the server,
        further refusals are counted in rows without a user.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER User
        Users, wildcards allowed.

    .PARAMETER Device
        Devices, wildcards allowed.

    .PARAMETER Number
        Only reasons with these numbers, such as -4 when all seats were taken; the sign may be left out.

    .PARAMETER Since
        Only what was refused since then.

    .PARAMETER Vendor
        Only refusals of this vendor.

    .PARAMETER Limit
        Most rows of each server, 1 to 10,000; 1,000 unless given.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseDenial -User alice

        Shows why alice was refused, who held the seats then, and whether she got one later.

    .EXAMPLE
        Get-LicenseDenial -Number 4 -Since (Get-Date).AddDays(-7) | Group-Object Feature -NoElement | Sort-Object Count -Descending

        Counts the times of the last week at which all seats were taken, feature by feature.

    .EXAMPLE
        Get-LicenseDenial -Since (Get-Date).AddHours(-1) | Where-Object { -not $_.GrantedLater } | Format-Table -View DenialTable

        Lists in a table who was refused within the last hour and has got nothing since.

    .EXAMPLE
        Get-LicenseInventory | Where-Object Free -eq 0 | Get-LicenseDenial -Limit 5

        Shows the latest refusals for features that are used up.

    .INPUTS
        Objects with the properties Feature, User, Device, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.DenialRow.

    .LINK
        Get-LicenseQueue

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.DenialRow')]
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

        [ValidateRange(-10000, 10000)]
        [int[]] $Number,

        [datetime] $Since,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

        [ValidateRange(1, 10000)]
        [int] $Limit,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $numbers = @($Number | ForEach-Object { - [Math]::Abs($_) })
        $request = @{
            feature = ConvertTo-LicensingFilter $Feature
            user    = ConvertTo-LicensingFilter $User
            device  = ConvertTo-LicensingFilter $Device
            number  = if ($Number -and $numbers.Count -eq 1) { $numbers[0] } else { $null }
            since   = if ($PSBoundParameters.ContainsKey('Since')) { $Since.ToUniversalTime().ToString('o') } else { $null }
            vendor  = if ($Vendor) { $Vendor } else { $null }
            limit   = if ($Limit) { $Limit } else { $null }
        }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetDenials' -Request $request |
            Where-Object { Test-LicensingPattern -Text $_.Feature -Pattern $Feature } |
            Where-Object { Test-LicensingPattern -Text $_.User -Pattern $User } |
            Where-Object { Test-LicensingPattern -Text $_.Device -Pattern $Device } |
            Where-Object { -not $Number -or $_.Number -in $numbers }
    }
}
