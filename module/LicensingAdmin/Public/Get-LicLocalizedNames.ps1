function Get-LicLocalizedNames {
    <#
    .SYNOPSIS
        Gets the readable names of products and license types.

    .DESCRIPTION
        Returns the names of the features and license types that the server knows, in one language.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Locale
        Language code of the names; en unless given.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        (Get-LicLocalizedNames -AdminAddress https://licserver.example.net:8083 -CertHash $cert.CertHash).Features

        Lists the features by name.

    .EXAMPLE
        (Get-LicLocalizedNames https://licserver.example.net:8083 -Locale en).LicenseTypes | Format-Table TypeName, FriendlyName

        Lists the license types by name.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLLocalizedNames.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicInventory
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLLocalizedNames')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $Locale = 'en',

        [string] $CertHash
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetLocalizedNames' -Request @{ locale = $Locale.ToLowerInvariant() }) {
            $features = foreach ($feature in $row.Features) {
                [pscustomobject]@{
                    PSTypeName            = 'Citrix.Licensing.Admin.SDK.WSLFeature'
                    FeatureName           = $feature.FeatureName
                    ProductNameandEdition = $feature.ProductNameandEdition
                    ModelName             = $feature.ModelName
                    Version               = $feature.Version
                }
            }
            $types = foreach ($type in $row.LicenseTypes) {
                [pscustomobject]@{
                    PSTypeName   = 'Citrix.Licensing.Admin.SDK.WSLLicenseType'
                    TypeName     = $type.TypeName
                    FriendlyName = $type.FriendlyName
                    Version      = $type.Version
                }
            }
            [pscustomobject]@{
                PSTypeName   = 'Citrix.Licensing.Admin.SDK.WSLLocalizedNames'
                Features     = @($features)
                LicenseTypes = @($types)
            }
        }
    }
}
