function Get-LicCEIPOption {
    <#
    .SYNOPSIS
        Gets what a license server sends beside the compliance part of its uploads.

    .DESCRIPTION
        Returns None, Anonymous or Diagnostic.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        Get-LicCEIPOption -AdminAddress https://licserver.example.net:8083

        Shows the option.

    .EXAMPLE
        (Get-LicCEIPOption https://licserver.example.net:8083).CEIPOption

        Returns the option as text.

    .EXAMPLE
        'https://lic1.example.net:8083' | Get-LicCEIPOption

        Takes the address from the pipeline.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLCEIPOption.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Set-LicCEIPOption

    .LINK
        Get-LicenseManagementService
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLCEIPOption')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $CertHash
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetCeipOption') {
            [pscustomobject]@{
                PSTypeName = 'Citrix.Licensing.Admin.SDK.WSLCEIPOption'
                CEIPOption = $row.CeipOption
            }
        }
    }
}
