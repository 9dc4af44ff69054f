function Get-InsightPair {
    <#
    .SYNOPSIS
        Lists the declared disaster recovery pairs.

    .DESCRIPTION
        Two servers of a pair may have the same licenses installed: one stands in when the other fails. Pairs that both license
        servers declare themselves are not in this list.

    .EXAMPLE
        Get-InsightPair

        Lists all pairs that you may see.

    .EXAMPLE
        Get-InsightPair | Where-Object { (Get-InsightServer).ServerGuid -notcontains $_.Second }

        Lists pairs whose second server is no longer registered.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightPair.

    .LINK
        New-InsightPair

    .LINK
        Remove-InsightPair

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightPair')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightPairs'
    }
}
