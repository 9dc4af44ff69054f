function Get-InsightRequirement {
    <#
    .SYNOPSIS
        Lists the dates that product versions require of the licenses they use.

    .DESCRIPTION
        A license whose Subscription Advantage date is earlier than the version requires is a legacy license for it. Lists all
        for an operator, else those for features of your servers.

    .PARAMETER Feature
        Features, wildcards allowed.

    .EXAMPLE
        Get-InsightRequirement

        Lists all that you may see.

    .EXAMPLE
        Get-InsightRequirement CAD* | Sort-Object RequiredDate

        Lists those of some features.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightRequirement.

    .LINK
        Import-InsightRequirement

    .LINK
        Remove-InsightRequirement

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightRequirement')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $Feature
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightRequirements'
    }
}
