function Get-LicenseRenewalOption {
    <#
    .SYNOPSIS
        Shows what a license server does about renewals by itself.

    .DESCRIPTION
        Shows Notify, Install or Manual, and when the server looked for renewals last.

    .EXAMPLE
        Get-LicenseRenewalOption

        Shows the option.

    .EXAMPLE
        (Get-LicenseRenewalOption).Checked

        Shows when the server looked for renewals last.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.RenewalOptionRow.

    .LINK
        Set-LicenseRenewalOption

    .LINK
        Get-LicenseRenewal
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.RenewalOptionRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetRenewalOption'
    }
}
