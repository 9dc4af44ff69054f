function Restore-LicenseServer {
    <#
    .SYNOPSIS
        Restores a license server from an archive at its next start.

    .DESCRIPTION
        The server unpacks and checks an archive that it keeps, or that is sent with -Path. At its next start it puts
        everything in place, and keeps what it had in a folder before-restore-TIME of its data folder. Until then -Cancel
        takes it back.

    .PARAMETER Name
        Name of the archive, as Get-LicenseBackup shows it.

    .PARAMETER Path
        Local archive to send and restore.

    .PARAMETER Cancel
        Takes back a restore that waits.

    .EXAMPLE
        Get-LicenseBackup | Select-Object -First 1 | Restore-LicenseServer -WhatIf

        Says from which archive the server would be restored.

    .EXAMPLE
        Restore-LicenseServer -Cancel -WhatIf

        Says that a restore that waits would be taken back.

    .INPUTS
        Objects with the properties Backup and Server.

    .OUTPUTS
        LicensingAdmin.BackupCheck.

    .LINK
        Backup-LicenseServer

    .LINK
        Test-LicenseBackup
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Name')]
    [OutputType('LicensingAdmin.BackupCheck')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Name', ValueFromPipelineByPropertyName)]
        [Alias('Backup')]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.BackupCompleter])]
        [string] $Name,

        [Parameter(Mandatory, ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [Parameter(Mandatory, ParameterSetName = 'Cancel')]
        [switch] $Cancel
    )

    process {
        $what = if ($Cancel) { 'Take back the restore that waits' } else { "Restore the server at its next start from $(if ($Path) { $Path } else { $Name })" }
        foreach ($target in Select-LicensingTarget -Cmdlet $PSCmdlet -Action $what) {
            $backup = if ($Path) { Send-LicensingBackup -Cmdlet $PSCmdlet -Session $target -Path $Path } else { $Name }
            if ($Cancel -or $backup) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $target -Operation 'RestoreBackup' -Request @{ backup = "$backup"; cancel = [bool] $Cancel } -Target "$backup"
            }
        }
    }
}
