function Get-LicenseBackup {
    <#
    .SYNOPSIS
        Lists the backups that license servers keep.

    .DESCRIPTION
        Lists the archives in the folder backups of the data folder, the newest first.

    .EXAMPLE
        Get-LicenseBackup

        Lists every archive.

    .EXAMPLE
        Get-LicenseBackup | Measure-Object Bytes -Sum

        Adds up what they take.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Backup.

    .LINK
        Backup-LicenseServer

    .LINK
        Restore-LicenseServer
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Backup')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetBackups' -Request @{}
    }
}
