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

    .PARAMETER Number
        Only reasons with these numbers, such as -4 when all seats were taken; the sign may be left out.

    .PARAMETER Since
        Only what was refused since then: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m.

    .PARAMETER Until
        Only what was first refused until then: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m.

    .PARAMETER Limit
        Most rows of each server, the newest, 1 to 10,000. Without it all that the server keeps are listed.

    .EXAMPLE
        Get-LicenseDenial -User alice

        Shows why alice was refused, who held the seats then, and whether she got one later.

    .EXAMPLE
        Get-LicenseDenial -Number 4 -Since (Get-Date).AddDays(-7) | Group-Object Feature -NoElement | Sort-Object Count -Descending

        Counts the times of the last week at which all seats were taken, feature by feature.

    .EXAMPLE
        Get-LicenseDenial -Since (Get-Date).AddHours(-1) | Where-Object { -not $_.GrantedLater } | Format-Table -AutoSize

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
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Device', 'Vendor', 'Connection')]
    param(
        [ValidateScript({ $_ -ne 0 -and [math]::Abs($_) -le 10000 }, ErrorMessage = '{0} is no number of a denial; see Get-LicenseErrorCode.')]
        [int[]] $Number,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Since,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Until,

        [ValidateRange(1, 10000)]
        [int] $Limit
    )

    process {
        $numbers = @(foreach ($one in $Number) { - [Math]::Abs($one) })
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'GetDenials')
        if ($numbers.Count -eq 1) {
            $request['number'] = $numbers[0]
        }
        elseif ($numbers) {
            # The server knows one number at a time, so that it cannot count the rows of several.
            $request.Remove('number')
            $request.Remove('limit')
        }
        $listed = @{}
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetDenials' -Request $request | Where-Object {
            (-not $numbers -or $_.Number -in $numbers) -and (-not $Limit -or (++$listed[$_.Server]) -le $Limit)
        }
    }
}
