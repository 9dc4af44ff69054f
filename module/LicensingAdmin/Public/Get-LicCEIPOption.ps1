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
        SHA-256 hash of the one server certificate to trust.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicCEIPOption -AdminAddress https://licserver.example.net:8083

        Shows the option.

    .EXAMPLE
        'https://lic1.example.net:8083' | Get-LicCEIPOption

        Takes the address from the pipeline.

    .INPUTS
        System.String.

    .OUTPUTS
        System.String.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Set-LicCEIPOption

    .LINK
        Get-LicenseManagementService
    #>
    [CmdletBinding()]
    [OutputType([string])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetCeipOption') {
            $row.CeipOption
        }
    }
}
