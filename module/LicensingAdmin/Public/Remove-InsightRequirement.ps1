function Remove-InsightRequirement {
    <#
    .SYNOPSIS
        Removes dates that product versions require.

    .DESCRIPTION
        Findings about legacy licenses that follow from it resolve. Only operators may.

    .PARAMETER Feature
        Feature.

    .PARAMETER ProductVersion
        Product version as Get-InsightRequirement lists it.

    .PARAMETER Vendor
        Vendor; every vendor's unless given.

    .EXAMPLE
        Remove-InsightRequirement CAD_PRO_CCU 2.0 -Confirm:$false

        Removes one without asking.

    .EXAMPLE
        Get-InsightRequirement OLD* | Remove-InsightRequirement -WhatIf

        Says which would be removed.

    .INPUTS
        Objects with the properties Feature, ProductVersion and Server.

    .OUTPUTS
        None.

    .LINK
        Get-InsightRequirement

    .LINK
        Import-InsightRequirement

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Feature,

        [Parameter(Mandatory, Position = 1, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $ProductVersion,

        # Empty in rows for any vendor, which names just those.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [AllowEmptyString()]
        [object] $Vendor
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove the date that version $ProductVersion of $Feature requires")
        $request = @{ feature = $Feature; productVersion = $ProductVersion; vendor = $Vendor }
        if ($allowed) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightRequirement' -Request $request -Target $Feature
        }
    }
}
