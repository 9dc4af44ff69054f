function Get-LicenseAlert {
    <#
    .SYNOPSIS
        Lists the active alerts.

    .DESCRIPTION
        Lists conditions that an administrator should know of as long as they last, with what to do about them.

    .PARAMETER Level
        Only alerts of these levels: Info for information, Alert for what will stop working, Alarm for what has
        stopped.

    .EXAMPLE
        Get-LicenseAlert

        Lists every alert.

    .EXAMPLE
        Get-LicenseAlert -Level Alarm | Format-List Title, Detail, Action

        Shows what has stopped working, and what to do.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Alert.

    .LINK
        Get-LicenseServer

    .LINK
        Get-LicenseInventory
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Alert')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [ValidateSet('Info', 'Alert', 'Alarm')]
        [string[]] $Level
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAlerts' | Where-Object { -not $Level -or $_.Level -in $Level }
    }
}
