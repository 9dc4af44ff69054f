function Get-LicenseAlert {
    <#
    .SYNOPSIS
        Lists the standing alerts.

    .DESCRIPTION
        Lists conditions that an administrator should know of as long as they last, with what to do about them.

    .PARAMETER Level
        Only alerts of these levels: Info for information, Alert for what will stop working, Alarm for what has
        stopped.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
    param(
        [ValidateSet('Info', 'Alert', 'Alarm')]
        [string[]] $Level,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetAlerts' |
            Where-Object { -not $Level -or $_.Level -in $Level }
    }
}
