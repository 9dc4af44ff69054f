function Get-LicInventory {
    <#
    .SYNOPSIS
        Gets the inventory of a license server.

    .DESCRIPTION
        Returns what is installed and how much of it is in use. LicensesAvailable is the number installed, without
        overdraft: its name is older than its meaning.

        A date that does not exist, such as the expiry of a permanent license, is 31 December 1999, so that the
        properties always are dates. Get-LicenseInventory leaves such dates empty and shows more.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CheckForSameSerialNumber
        Returns only licenses with a serial number that another increment also carries.

    .PARAMETER Locale
        Language code of the readable names; EN unless given.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Get-LicInventory -AdminAddress https://licserver.example.net:8083

        Returns every license.

    .EXAMPLE
        Get-LicInventory https://licserver.example.net:8083 | Where-Object LicensesAvailable -gt 0 | Select-Object LocalizedLicenseProductName, LicensesInUse, LicensesAvailable

        Shows products with their seats.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLInventory.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicenseInventory

    .LINK
        Get-LicUsageDetails
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLInventory')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [switch] $CheckForSameSerialNumber,

        [string] $Locale = 'EN',

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    begin {
        # As the snap-in shows the expiry of the start-up license, which is permanent.
        $noDate = [datetime]::new(1999, 12, 31)
    }
    process {
        $request = @{ checkForSameSerialNumber = [bool] $CheckForSameSerialNumber; locale = $Locale.ToLowerInvariant() }
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetInventory' -Request $request) {
            [pscustomobject]@{
                PSTypeName                       = 'Citrix.Licensing.Admin.SDK.WSLInventory'
                LicenseProductName               = $row.LicenseProductName
                LocalizedLicenseProductName      = $row.LocalizedLicenseProductName
                LicenseEdition                   = $row.LicenseEdition
                LicenseLocalizedEdition          = $row.LicenseLocalizedEdition
                LicenseExpirationDate            = $row.LicenseExpirationDate ?? $noDate
                LicenseSubscriptionAdvantageDate = $row.LicenseSubscriptionAdvantageDate ?? $noDate
                LicenseType                      = $row.LicenseType
                LocalizedLicenseType             = $row.LocalizedLicenseType
                LicensesInUse                    = $row.LicensesInUse
                LicensesAvailable                = $row.LicensesAvailable
                LicenseOverdraft                 = $row.LicenseOverdraft
                LicenseModel                     = $row.LicenseModel
                LocalizedLicenseModel            = $row.LocalizedLicenseModel
            }
        }
    }
}
