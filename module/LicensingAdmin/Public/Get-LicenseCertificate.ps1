function Get-LicenseCertificate {
    <#
    .SYNOPSIS
        Gets the certificates that license servers show.

    .DESCRIPTION
        Returns the certificate of the web services with its SHA-256 hash, whether it is trusted or not. No credentials are
        sent. Compare the hash with the one on the server before you pass it to Connect-LicenseServer. NextCertHash is the hash of
        the certificate that the server has announced to follow, and empty when there is none.

    .PARAMETER Server
        Addresses of web services: https://host:8083, host:port, or the host alone for port 8083. Without it the servers
        of the default sessions are looked at, else the one in LICENSING_SERVER.

    .EXAMPLE
        Get-LicenseCertificate lic1.example.net

        Shows hash, subject and end of the certificate.

    .EXAMPLE
        Get-LicenseCertificate | Where-Object NotAfter -lt (Get-Date).AddDays(30)

        Finds the certificates that end within 30 days.

    .INPUTS
        System.String, or objects with the property Server.

    .OUTPUTS
        LicensingAdmin.Certificate.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicCertificate
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Certificate')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('ComputerName')]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [string[]] $Server
    )

    process {
        $addresses = $Server ? $Server : ([LicensingAdmin.Command]::Sessions($PSCmdlet) | ForEach-Object { $_.Address })
        foreach ($address in $addresses) {
            foreach ($row in Get-LicCertificateRow -Cmdlet $PSCmdlet -Address $address) {
                (Get-LicensingToldCertificate -Cmdlet $PSCmdlet -Address $address -CertHash $row.CertHash) ?? $row
            }
        }
    }
}
