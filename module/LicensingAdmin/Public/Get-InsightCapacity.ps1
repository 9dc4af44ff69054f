function Get-InsightCapacity {
    <#
    .SYNOPSIS
        Shows peaks, forecasts and unused seats of each feature.

    .DESCRIPTION
        Shows for each feature of each server the most seats in use, the day on which seats most likely run out with its
        earliest and latest day, and whether nobody used it for 90 days. Where the data carry no forecast, NoForecast says why.

    .PARAMETER Feature
        Features, wildcards allowed.

    .EXAMPLE
        Get-InsightCapacity | Where-Object Forecast -eq RunsOut | Sort-Object RunsOut | Format-Table Feature, Peak, Installed, Earliest, RunsOut, Latest

        Lists where seats run out, and how sure that is.

    .EXAMPLE
        Get-InsightCapacity | Where-Object Unused | Select-Object Feature, Installed, LastUsed

        Lists what nobody uses.

    .INPUTS
        Objects with the properties ServerGuid and Server.

    .OUTPUTS
        LicensingAdmin.InsightCapacity.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-InsightServer

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightCapacity')]
    [LicensingAdmin.SharedParameters('ServerGuid', 'Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $Feature
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightCapacity'
    }
}
