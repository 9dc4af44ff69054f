function Test-LicenseCompliance {
    <#
    .SYNOPSIS
        Finds on a license server what needs no second one: rescinded, legacy and impossible licenses, and wrong clocks.

    .DESCRIPTION
        Applies the rules of Insight Services to what the server has uploaded and would upload now. Nothing is sent. The lists of
        rescinded serial numbers and of required dates are those of the last receipt.

    .EXAMPLE
        Test-LicenseCompliance

        Lists what is found; nothing when everything is in order.

    .EXAMPLE
        Test-LicenseCompliance | Group-Object Kind -NoElement

        Counts what is found by kind.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ComplianceFinding.

    .LINK
        Get-LicenseComplianceFinding
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ComplianceFinding')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'TestCompliance' -Request @{}
    }
}
