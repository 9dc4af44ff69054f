function Get-LicEntitlements {
    <#
    .SYNOPSIS
        Gets what an access code owns.

    .DESCRIPTION
        Returns the entitlements of an order, asked of the vendor through the license server, and opens a session in which
        their licenses can be allocated with New-LicAllocation.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER AccessCode
        Access code of the order, as the vendor gave it.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicEntitlements -AdminAddress https://licserver.example.net:8083 -AccessCode LA-0000431065-00000

        Shows the entitlements of an order.

    .EXAMPLE
        Get-LicEntitlements -AdminAddress https://licserver.example.net:8083 -AccessCode LA-0000431065-00000 | New-LicAllocation -AdminAddress https://licserver.example.net:8083 -Count 5

        Allocates five licenses of each entitlement to the license server.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLEntitlements.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        New-LicAllocation

    .LINK
        Get-LicenseEntitlement
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLEntitlements')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [string] $AccessCode,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    begin {
        # As the snap-in shows dates that do not exist.
        $noDate = [datetime]::new(1999, 12, 31)
    }
    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetEntitlements' -Request @{ accessCode = $AccessCode }) {
            [pscustomobject]@{
                PSTypeName                           = 'Citrix.Licensing.Admin.SDK.WSLEntitlements'
                EntitlementSessionId                 = $row.SessionId
                EntitlementId                        = $row.EntitlementId
                EntitlementProductName               = $row.ProductName
                EntitlementRelevance                 = $row.Relevance
                LicenseBindType                      = $row.LicenseBindType
                LicensesTotal                        = $row.LicensesTotal
                LicensesAvailable                    = $row.LicensesAvailable
                EntitlementPurchaseDate              = $row.PurchaseDate
                EntitlementSubscriptionAdvantageDate = $row.SubscriptionAdvantageDate ?? $noDate
                EntitlementExpiryDate                = $row.ExpiryDate ?? $noDate
                FeatureList                          = $row.Features
            }
        }
    }
}
