function Invoke-LicenseReread {
    <#
    .SYNOPSIS
        Has license servers read their license files and options files again at once.

    .DESCRIPTION
        The server reads license files and options files again, starts vendor daemons of vendors that are new, and ends those of
        vendors without a license file. Seats that are out stay out. The command waits until every vendor daemon serves
        accordingly; a vendor daemon that does not is one error, which names it. Importing and removing license files does this by
        itself: the command is for files that were changed by hand.

    .PARAMETER PassThru
        Returns the vendor daemons as they are then.

    .EXAMPLE
        Invoke-LicenseReread

        Reads everything again on the servers of the default sessions.

    .EXAMPLE
        Invoke-LicenseReread -PassThru | Where-Object State -ne Running

        Reads everything again, and lists the vendor daemons that do not run afterwards.

    .INPUTS
        LicensingAdmin.LicensingSession, or the name of a server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.VendorDaemonRow.

    .LINK
        Import-LicenseFile

    .LINK
        Get-LicenseVendorDaemon
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.VendorDaemonRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [switch] $PassThru
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action 'Read license files and options files again')
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RereadLicenses' -Request @{} | Where-Object { $PassThru }
        }
    }
}
