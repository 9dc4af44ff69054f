function Set-LicenseServerConfiguration {
    <#
    .SYNOPSIS
        Changes settings of license servers, all of them or none.

    .DESCRIPTION
        Checks the settings, writes them into the configuration file of the server as a whole, and says which are in effect
        at once and which wait for the next start. A change that is refused changes nothing. Settings that name files of the
        server are only changed there.

    .PARAMETER Setting
        Names and values, such as @{ 'licensing.burst_days' = 20 }. A value is a number, a text, a Boolean, a list of texts
        or a dictionary; $null makes it the default again.

    .PARAMETER Name
        Name of one setting.

    .PARAMETER Value
        Its value; $null makes it the default again.

    .EXAMPLE
        Set-LicenseServerConfiguration @{ 'alerts.nearly_out_percent' = 85; 'licensing.debug_log' = $true } -WhatIf

        Says what would be changed.

    .EXAMPLE
        Set-LicenseServerConfiguration alerts.nearly_out_percent 85

        Raises the alert SeatsNearlyOut from 85 percent on.

    .EXAMPLE
        Set-LicenseServerConfiguration -Name alerts.nearly_out_percent -Value $null

        Makes a setting the default again.

    .INPUTS
        Objects with the properties Name and Value.

    .OUTPUTS
        LicensingAdmin.ConfigurationChange.

    .LINK
        Get-LicenseServerConfiguration
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    [OutputType('LicensingAdmin.ConfigurationChange')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Setting')]
        [ValidateNotNullOrEmpty()]
        [System.Collections.IDictionary] $Setting,

        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Name', ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.SettingCompleter])]
        [string] $Name,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Name')]
        [AllowNull()]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $Value
    )

    process {
        $wanted = if ($PSCmdlet.ParameterSetName -eq 'Name') { @{ $Name = $Value } } else { $Setting }
        $settings = foreach ($entry in $wanted.GetEnumerator()) {
            $text = if ($null -eq $entry.Value) { '' } else { ConvertTo-Json -InputObject $entry.Value -Compress }
            "$($entry.Key)=$text"
        }
        $shown = ($settings | Sort-Object) -join ', '
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Change settings: $shown")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetConfiguration' -Request @{ settings = @($settings) }
        }
    }
}
