function Get-InsightFinding {
    <#
    .SYNOPSIS
        Lists what Insight Services have found.

    .DESCRIPTION
        Lists findings about the servers that you may see: licenses on several servers, legacy and rescinded licenses, silent
        and cloned servers, impossible counts and wrong clocks. Each has the uploads and fields that prove it.

    .PARAMETER Kind
        Kinds such as DuplicateLicense, wildcards allowed.

    .PARAMETER IncludeResolved
        Also findings whose cause is gone.

    .EXAMPLE
        Get-InsightFinding | Format-List Title, Subject, Detail, Action, Key

        Lists what is open or acknowledged, with what to do.

    .EXAMPLE
        Get-InsightFinding -Kind Duplicate* | Select-Object -ExpandProperty Evidence

        Shows what proves the duplicates.

    .INPUTS
        Objects with the properties ServerGuid and Server.

    .OUTPUTS
        LicensingAdmin.InsightFinding.

    .LINK
        Confirm-InsightFinding

    .LINK
        Get-LicenseComplianceFinding

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightFinding')]
    [LicensingAdmin.SharedParameters('ServerGuid', 'Connection')]
    param(
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $Kind,

        [switch] $IncludeResolved
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightFindings'
    }
}
