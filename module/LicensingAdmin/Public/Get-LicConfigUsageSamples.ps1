function Get-LicConfigUsageSamples {
    <#
    .SYNOPSIS
        Shows whether and how often a license server samples the seats in use.

    .DESCRIPTION
        Returns whether samples are taken, the minutes between two of them, the days for which they are kept, and when the first and
        the last one were taken. Peaks do not depend on samples; Get-LicenseUsageHistory shows them.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        Get-LicConfigUsageSamples -AdminAddress https://licserver.example.net:8083 -CertHash $cert.CertHash

        Shows the sampling of a license server.

    .EXAMPLE
        (Get-LicConfigUsageSamples https://licserver.example.net:8083).LatestSampleTime

        Shows when the last sample was taken.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLConfigUsageSample.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Set-LicConfigUsageSamples

    .LINK
        Get-LicenseUsageHistory
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseSingularNouns', '', Justification = 'The name is that of the snap-in.')]
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLConfigUsageSample')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [string] $CertHash
    )

    process {
        foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetUsageSampling' -Request @{}) {
            [pscustomobject]@{
                PSTypeName         = 'Citrix.Licensing.Admin.SDK.WSLConfigUsageSample'
                Enabled            = $row.Enabled
                PollingInterval    = $row.PollingInterval
                RetentionPeriod    = $row.RetentionPeriod
                EarliestSampleTime = $row.EarliestSampleTime
                LatestSampleTime   = $row.LatestSampleTime
            }
        }
    }
}
