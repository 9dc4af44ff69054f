function Set-LicConfigUsageSamples {
    <#
    .SYNOPSIS
        Sets whether and how often a license server samples the seats in use.

    .DESCRIPTION
        Changes the settings usage.samples, usage.sample_minutes and usage.sample_days of the license server, which take effect at once.
        What is not named stays as it is. Peaks do not depend on samples.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Enable
        Whether samples are taken.

    .PARAMETER PollingInterval
        Minutes between two samples, 5 to 1440; 15 are usual.

    .PARAMETER RetentionPeriod
        Days for which samples are kept, 30 to 3650; 180 are usual.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Set-LicConfigUsageSamples -AdminAddress https://licserver.example.net:8083 -Enable $true -PollingInterval 15 -RetentionPeriod 180

        Takes a sample each quarter of an hour, and keeps them for half a year.

    .EXAMPLE
        Set-LicConfigUsageSamples https://licserver.example.net:8083 -Enable $false

        Takes no samples any more.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicConfigUsageSamples
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseSingularNouns', '', Justification = 'The name is that of the snap-in.')]
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [bool] $Enable,

        [int] $PollingInterval,

        [int] $RetentionPeriod,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $refused = if ($PSBoundParameters.ContainsKey('PollingInterval') -and $PollingInterval -lt 5) {
            New-LicensingErrorRecord -Code 'PollingIntervalLessThanMinValue' -Category InvalidArgument -Target $PollingInterval `
                -Message "The PollingInterval is $PollingInterval; samples are taken every 5 minutes at most." -Action 'Give 5 minutes or more.'
        }
        elseif ($PSBoundParameters.ContainsKey('PollingInterval') -and $PollingInterval -gt 1440) {
            New-LicensingErrorRecord -Code 'PollingIntervalMoreThanMaxValue' -Category InvalidArgument -Target $PollingInterval `
                -Message "The PollingInterval is $PollingInterval; samples are taken every 1440 minutes at least." -Action 'Give 1440 minutes or less.'
        }
        elseif ($PSBoundParameters.ContainsKey('RetentionPeriod') -and $RetentionPeriod -lt 30) {
            New-LicensingErrorRecord -Code 'RetentionPeriodLessThanMinValue' -Category InvalidArgument -Target $RetentionPeriod `
                -Message "The RetentionPeriod is $RetentionPeriod; samples are kept for 30 days at least." -Action 'Give 30 days or more.'
        }
        if ($refused) {
            $PSCmdlet.WriteError($refused)
            return
        }
        $settings = @(
            if ($PSBoundParameters.ContainsKey('Enable')) { "usage.samples=$("$Enable".ToLowerInvariant())" }
            if ($PSBoundParameters.ContainsKey('PollingInterval')) { "usage.sample_minutes=$PollingInterval" }
            if ($PSBoundParameters.ContainsKey('RetentionPeriod')) { "usage.sample_days=$RetentionPeriod" }
        )
        if ($settings -and $PSCmdlet.ShouldProcess($AdminAddress, "Set $($settings -join ', ')")) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'SetConfiguration' -Request @{ settings = $settings }
        }
    }
}
