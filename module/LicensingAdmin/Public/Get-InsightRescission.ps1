function Get-InsightRescission {
    <#
    .SYNOPSIS
        Lists the serial numbers that their vendors have rescinded.

    .DESCRIPTION
        Lists rescissions, also those that were withdrawn: all for an operator, else those about serial numbers of your servers.

    .PARAMETER SerialNumber
        Serial numbers, wildcards allowed.

    .EXAMPLE
        Get-InsightRescission

        Lists all that you may see.

    .EXAMPLE
        Get-InsightRescission | Where-Object { -not $_.Withdrawn } | Sort-Object Effective

        Lists those that are in force.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightRescission.

    .LINK
        Import-InsightRescission

    .LINK
        Remove-InsightRescission

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightRescission')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $SerialNumber
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightRescissions'
    }
}
