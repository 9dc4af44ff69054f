function Get-LicUsageDetails {
    <#
    .SYNOPSIS
        Gets who holds user and device licenses.

    .DESCRIPTION
        Returns the users and devices that hold licenses of the user/device model. Holders of other models, and
        times, are shown by Get-LicenseUsage.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER ProductEditionModel
        Feature in the form product_edition_model, such as XDT_PLT_UD; * for all.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        Get-LicUsageDetails -AdminAddress https://licserver.example.net:8083 -ProductEditionModel XDT_PLT_UD -CertHash $cert.CertHash

        Returns the holders of one feature.

    .EXAMPLE
        Get-LicUsageDetails https://licserver.example.net:8083 -ProductEditionModel * | Group-Object LicenseModelType -NoElement

        Counts users and devices.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLUsageDetails.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicenseUsage

    .LINK
        Get-LicInventory
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLUsageDetails')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string] $ProductEditionModel,

        [string] $CertHash
    )

    process {
        if ($ProductEditionModel -notmatch '^[A-Za-z0-9_.*?-]+$') {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidProductEditionModelFormat' -Category InvalidArgument -Target $ProductEditionModel `
                        -Message "'$ProductEditionModel' is not the name of a feature." -Action 'Write product, edition and model joined by underscores, or * for all.'))
            return
        }
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetUsage' -Request @{ feature = $ProductEditionModel } -Target $ProductEditionModel) {
            if ($row.LicenseModelType -in 'User', 'Device') {
                [pscustomobject]@{
                    PSTypeName       = 'Citrix.Licensing.Admin.SDK.WSLUsageDetails'
                    PEM              = $row.Feature
                    SADate           = $row.Version
                    LicenseModelType = $row.LicenseModelType
                    Name             = if ($row.LicenseModelType -eq 'User') { $row.User } else { $row.Device }
                }
            }
        }
    }
}
