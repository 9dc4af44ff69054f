function Get-LicenseComplianceFinding {
    <#
    .SYNOPSIS
        Lists what Insight Services has found about a license server.

    .DESCRIPTION
        Lists findings that came with the last upload: licenses that are installed on several servers, too old for the product that
        uses them, or rescinded, and what cannot be true. Each has the uploads and fields that prove it.

    .PARAMETER IncludeResolved
        Also findings whose cause is gone.

    .EXAMPLE
        Get-LicenseComplianceFinding

        Lists open and acknowledged findings.

    .EXAMPLE
        Get-LicenseComplianceFinding | Where-Object Severity -eq Violation | Select-Object -ExpandProperty Evidence

        Shows what proves the violations.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ComplianceFinding.

    .LINK
        Test-LicenseCompliance

    .LINK
        Get-LicenseAlert
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ComplianceFinding')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [switch] $IncludeResolved
    )

    process {
        $request = @{ includeResolved = $IncludeResolved.IsPresent }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetComplianceFindings' -Request $request
    }
}
