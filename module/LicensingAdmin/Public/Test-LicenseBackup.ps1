function Test-LicenseBackup {
    <#
    .SYNOPSIS
        Checks archives of license servers: every file and every database.

    .DESCRIPTION
        The server unpacks an archive that it keeps, or that is sent with -Path, and checks everything in it. Nothing else
        changes.

    .PARAMETER Name
        Names of archives, as Get-LicenseBackup shows them.

    .PARAMETER Path
        Local archive to send and check.

    .EXAMPLE
        Get-LicenseBackup | Select-Object -First 1 | Test-LicenseBackup

        Checks the newest archive.

    .EXAMPLE
        Get-LicenseBackup | Test-LicenseBackup | Format-Table Backup, AuditRecords, Files

        Shows what each archive holds.

    .INPUTS
        Objects with the properties Backup and Server.

    .OUTPUTS
        LicensingAdmin.BackupCheck.

    .LINK
        Backup-LicenseServer

    .LINK
        Restore-LicenseServer
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('LicensingAdmin.BackupCheck')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Name', ValueFromPipelineByPropertyName)]
        [Alias('Backup')]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.BackupCompleter])]
        [string[]] $Name,

        [Parameter(Mandatory, ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path
    )

    process {
        foreach ($target in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
            $names = if ($PSCmdlet.ParameterSetName -eq 'Path') { Send-LicensingBackup -Cmdlet $PSCmdlet -Session $target -Path $Path } else { $Name }
            foreach ($one in $names) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $target -Operation 'TestBackup' -Request @{ backup = $one } -Target $one
            }
        }
    }
}
