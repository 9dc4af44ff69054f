function Get-LicSARenewalOptions {
    <#
    .SYNOPSIS
        Gets what a license server does about renewals.

    .DESCRIPTION
        Returns Notify, Install or Manual.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        Get-LicSARenewalOptions -AdminAddress https://licserver.example.net:8083

        Shows the option.

    .EXAMPLE
        'https://lic1.example.net:8083' | Get-LicSARenewalOptions

        Takes the address from the pipeline.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLSARenewalOption.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Set-LicSARenewalOptions

    .LINK
        Get-LicenseRenewalOption
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLSARenewalOption')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $CertHash
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetRenewalOption') {
            [pscustomobject]@{
                PSTypeName      = 'Citrix.Licensing.Admin.SDK.WSLSARenewalOption'
                SARenewalOption = $row.Option
            }
        }
    }
}
