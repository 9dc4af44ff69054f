function Backup-LicenseServer {
    <#
    .SYNOPSIS
        Saves license servers to archives while they run.

    .DESCRIPTION
        The server makes an archive of databases, license files, options files, issuers and configuration, each database of
        one instant, and keeps it in its folder backups; the oldest beyond 30 goes. With -Path the archive is also fetched.

    .PARAMETER Path
        Local file to fetch the archive to; it must not exist yet.

    .PARAMETER WithKeys
        Saves the certificate with its key and the key of tickets, too. Whoever has the archive can then pass for the
        server.

    .EXAMPLE
        Backup-LicenseServer

        Makes an archive that the server keeps.

    .EXAMPLE
        Backup-LicenseServer -Path ./monday.tar -WithKeys -WhatIf

        Says which archive would be made and fetched.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Backup.

    .LINK
        Get-LicenseBackup

    .LINK
        Test-LicenseBackup

    .LINK
        Restore-LicenseServer
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Backup')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [switch] $WithKeys
    )

    process {
        $file = if ($Path) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path) } else { $null }
        if ($file -and (Test-Path -LiteralPath $file)) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'FileAlreadyExists' -Category ResourceExists -Target $file `
                        -Message "$file exists; an archive replaces no file." -Action 'Choose another name.'))
            return
        }
        $what = if ($WithKeys) { 'Save the server, with its keys' } else { 'Save the server' }
        if ($file) {
            $what += " to $file"
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action $what)
        if ($file -and $allowed.Count -gt 1) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $file `
                        -Message 'One file cannot hold the archives of several servers.' -Action 'Name one server with each path.'))
            return
        }
        foreach ($target in $allowed) {
            foreach ($backup in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $target -Operation 'NewBackup' -Request @{ withKeys = [bool] $WithKeys }) {
                if (-not $file -or (Receive-LicensingBackup -Cmdlet $PSCmdlet -Session $target -Name $backup.Backup -Path $file)) {
                    $backup
                }
            }
        }
    }
}
