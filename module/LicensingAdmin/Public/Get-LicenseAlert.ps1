function Get-LicenseAlert {
    <#
    .SYNOPSIS
        Lists the active alerts.

    .DESCRIPTION
        Lists conditions that an administrator should know of as long as they last, with what to do about them.

    .PARAMETER Level
        Only alerts of these levels: Info for information, Alert for what will stop working, Alarm for what has
        stopped.

    .PARAMETER Code
        Only alerts with these codes, wildcards allowed.

    .PARAMETER Locale
        Language of the texts: en, de, fr, es or ja; en unless given.

    .EXAMPLE
        Get-LicenseAlert

        Lists every alert.

    .EXAMPLE
        Get-LicenseAlert -Code 'License*' -Locale fr | Format-List Title, Detail

        Lists the alerts about licenses in French.

    .EXAMPLE
        Get-LicenseAlert -Level Alarm | Format-List Title, Detail, Action

        Shows what has stopped working, and what to do.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ActiveAlert.

    .LINK
        Confirm-LicenseAlert

    .LINK
        New-LicenseAlertRoute

    .LINK
        Get-LicenseServer

    .LINK
        Get-LicenseInventory
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ActiveAlert')]
    [LicensingAdmin.SharedParameters('Feature', 'Connection')]
    param(
        [ValidateSet('Info', 'Alert', 'Alarm')]
        [string[]] $Level,

        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertCodeCompleter])]
        [string[]] $Code,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('en', 'de', 'es', 'fr', 'ja')]
        [string] $Locale
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAlerts' | Where-Object { -not $Level -or $_.Level -in $Level }
    }
}
