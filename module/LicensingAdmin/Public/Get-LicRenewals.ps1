function Get-LicRenewals {
    <#
    .SYNOPSIS
        Gets the renewals that are offered for what is installed.

    .DESCRIPTION
        Returns the renewal licenses that the vendor offers for the licenses that this server has allocated and installed.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicRenewals -AdminAddress https://licserver.example.net:8083

        Shows the renewals.

    .EXAMPLE
        Get-LicRenewals -AdminAddress https://licserver.example.net:8083 | ForEach-Object { Install-LicRenewals -AdminAddress https://licserver.example.net:8083 -FulfillmentID $_.FulfillmentId }

        Installs all of them.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLFulfillment.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Install-LicRenewals

    .LINK
        Get-LicenseRenewal
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLFulfillment')]
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

    begin {
        # As the snap-in shows dates that do not exist.
        $noDate = [datetime]::new(1999, 12, 31)
    }
    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetRenewals') {
            [pscustomobject]@{
                PSTypeName                = 'Citrix.Licensing.Admin.SDK.WSLFulfillment'
                FulfillmentId             = $row.FulfillmentId
                ProductName               = $row.ProductName
                SerialNumber              = $row.SerialNumber
                SubscriptionAdvantageDate = $row.SubscriptionAdvantageDate ?? $noDate
                Quantity                  = $row.Quantity
            }
        }
    }
}
