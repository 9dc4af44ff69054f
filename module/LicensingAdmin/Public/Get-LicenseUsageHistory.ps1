function Get-LicenseUsageHistory {
    <#
    .SYNOPSIS
        Shows how many seats of each feature were in use over time, with overdraft and denials.

    .DESCRIPTION
        Lists the peak, the mean, the seats installed, the overdraft and the denials of each feature by hour, day or month. A peak
        counts every checkout and checkin; none is missed between two samples. A feature goes on when its license is renewed.
        Hours begin in UTC, days and months in the time zone of the server. With -PerUser each user has rows of their own, made
        from the audit: peak, mean, checkouts and denials.

    .PARAMETER Since
        Begin: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m. 30 days before the end unless given.

    .PARAMETER Until
        End, given like -Since. Now unless given.

    .PARAMETER Last
        How far back from the end it begins, in place of -Since: a TimeSpan, or words such as 30d or 12h.

    .PARAMETER By
        How long each row is: Hour, Day or Month. Day unless given.

    .PARAMETER PerUser
        Shows each user apart.

    .EXAMPLE
        Get-LicenseUsageHistory -Last 30d

        Shows the peak of each day and feature of the last 30 days.

    .EXAMPLE
        Get-LicenseUsageHistory CAD_PRO_CCU -Since 2d -By Hour | Where-Object Denials

        Lists the hours of two days in which users were denied seats of a feature.

    .EXAMPLE
        Get-LicenseUsageHistory -Last 7d -By Month -PerUser | Sort-Object Checkouts -Descending | Select-Object -First 10

        Lists who checked out seats most often within a week.

    .INPUTS
        Objects with the properties Feature, User, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.UsageHistoryRow.

    .LINK
        Get-LicenseForecast

    .LINK
        Export-LicenseUsageReport
    #>
    [CmdletBinding(DefaultParameterSetName = 'Since')]
    [OutputType('LicensingAdmin.UsageHistoryRow')]
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Vendor', 'Connection')]
    param(
        [Parameter(ParameterSetName = 'Since')]
        [LicensingAdmin.InstantTransformation()]
        [datetime] $Since,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Until,

        [Parameter(Mandatory, ParameterSetName = 'Last')]
        [LicensingAdmin.DurationTransformation()]
        [timespan] $Last,

        [ValidateSet('Hour', 'Day', 'Month')]
        [string] $By,

        [switch] $PerUser
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetUsageHistory'
    }
}
