function Install-LicRenewals {
    <#
    .SYNOPSIS
        Installs a renewal.

    .DESCRIPTION
        Has the vendor make the license file of a renewal, and installs it in place of the one that it renews.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER FulfillmentID
        Id of the renewal, from Get-LicRenewals.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Install-LicRenewals -AdminAddress https://licserver.example.net:8083 -FulfillmentID SO-4712-1@FID-0123456789

        Installs one renewal.

    .EXAMPLE
        Get-LicRenewals -AdminAddress https://licserver.example.net:8083 | ForEach-Object { Install-LicRenewals -AdminAddress https://licserver.example.net:8083 -FulfillmentID $_.FulfillmentId }

        Installs all of them.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicRenewals

    .LINK
        Install-LicenseRenewal
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [ValidateLength(1, 300)]
        [ArgumentCompleter([LicensingAdmin.RenewalCompleter])]
        [string] $FulfillmentID,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Install renewal $FulfillmentID")) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'InstallRenewal' -Request @{ fulfillmentId = $FulfillmentID } -Target $FulfillmentID
        }
    }
}
