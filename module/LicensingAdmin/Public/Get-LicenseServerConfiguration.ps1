function Get-LicenseServerConfiguration {
    <#
    .SYNOPSIS
        Lists the settings of license servers.

    .DESCRIPTION
        Lists every setting with the value in effect, the value that waits for the next start, where the value comes from,
        and what is allowed.

    .PARAMETER Name
        Names of settings, such as licensing.burst_days; wildcards allowed.

    .EXAMPLE
        Get-LicenseServerConfiguration licensing.*

        Shows the settings of license manager and vendor daemons.

    .EXAMPLE
        Get-LicenseServerConfiguration | Where-Object Waiting

        Shows what takes effect at the next start.

    .EXAMPLE
        Get-LicenseServerConfiguration alerts.* | Format-List Name, Value, Allowed, Meaning

        Explains the settings of alerts.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.SettingRow.

    .LINK
        Set-LicenseServerConfiguration
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.SettingRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.SettingCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetConfiguration'
    }
}
