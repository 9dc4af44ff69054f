function Get-LicCertificate {
    <#
    .SYNOPSIS
        Gets the certificate of a license server.

    .DESCRIPTION
        Returns the certificate that Web Services for Licensing shows, whether it is trusted or not. No credentials
        are sent. Compare CertHash with the one on the server before you trust it.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .EXAMPLE
        Get-LicCertificate https://licserver.example.net:8083

        Shows hash, issuer and subject of the certificate.

    .EXAMPLE
        $cert = Get-LicCertificate -AdminAddress https://licserver.example.net:8083
        Get-LicInventory -AdminAddress https://licserver.example.net:8083 -CertHash $cert.CertHash

        Pins the certificate for another command.

    .INPUTS
        System.String.

    .OUTPUTS
        System.Security.Cryptography.X509Certificates.X509Certificate2 with the further properties CertHash and
        Certificate.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicLocation
    #>
    [CmdletBinding()]
    [OutputType([System.Security.Cryptography.X509Certificates.X509Certificate2])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress
    )

    process {
        foreach ($row in Get-LicCertificateRow -Cmdlet $PSCmdlet -Address $AdminAddress) {
            $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new([System.Convert]::FromBase64String($row.RawData))
            $result = [psobject] $certificate
            $result.PSObject.Properties.Add([psnoteproperty]::new('CertHash', $row.CertHash))
            $result.PSObject.Properties.Add([psnoteproperty]::new('Certificate', $certificate))
            $result.PSObject.TypeNames.Insert(0, 'Citrix.Licensing.Admin.SDK.WSLCertificate')
            $result
        }
    }
}
