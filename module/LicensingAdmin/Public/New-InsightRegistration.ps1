function New-InsightRegistration {
    <#
    .SYNOPSIS
        Makes a one-time code that registers one license server with Insight Services.

    .DESCRIPTION
        The code is shown this once, as a SecureString that Set-LicenseManagementService takes. It registers one server with the
        organization and is of no use afterwards.

    .PARAMETER Days
        Days until the code can no longer be used, 1 to 90; 7 unless given.

    .EXAMPLE
        $registration = New-InsightRegistration -Organization Example
        $registration.RegistrationCode | ConvertFrom-SecureString -AsPlainText

        Makes a code and shows it, to pass it on to the administrator of the license server.

    .EXAMPLE
        $code = (New-InsightRegistration -Organization Example -Days 1).RegistrationCode

        Makes a code for a script that goes on with Set-LicenseManagementService -RegistrationCode $code.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightRegistration.

    .LINK
        Set-LicenseManagementService

    .LINK
        Get-InsightServer

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.InsightRegistration')]
    [LicensingAdmin.SharedParameters('Organization', 'Connection')]
    param(
        [ValidateRange(1, 90)]
        [int] $Days = 7
    )

    process {
        $whose = if ($Organization) { "organization $Organization" } else { 'your organization' }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Make a code that registers one license server with $whose within $Days days")
        $request = @{ organization = $Organization ? $Organization : $null; days = $Days }
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewInsightRegistration' -Request $request -Target $Organization
        }
    }
}
