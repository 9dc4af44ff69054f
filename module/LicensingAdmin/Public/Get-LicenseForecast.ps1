function Get-LicenseForecast {
    <#
    .SYNOPSIS
        Shows when the seats of each feature run out, and how sure that is.

    .DESCRIPTION
        Lays a line through the highest peak of each week of the last year and says when it meets the seats installed: RunsOut is
        the most likely day, Earliest and Latest are the days before and after which it hardly is. Forecast says why there
        is no day: TooFewWeeks before eight weeks are known, NoGrowth where chance explains what growth there is, TooFar
        where seats last beyond what the history can tell, Uncounted, or OutNow where all seats are in use.

    .EXAMPLE
        Get-LicenseForecast

        Shows the forecast of each feature.

    .EXAMPLE
        Get-LicenseForecast | Where-Object { $_.Forecast -in 'OutNow', 'RunsOut' } | Sort-Object RunsOut

        Lists the features whose seats run out, the most urgent first.

    .INPUTS
        Objects with the properties Feature, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.ForecastRow.

    .LINK
        Get-LicenseUsageHistory
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ForecastRow')]
    [LicensingAdmin.SharedParameters('Feature', 'Vendor', 'Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetForecast'
    }
}
