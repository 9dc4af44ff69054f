# Fetches an archive piece by piece into a new local file. Says whether it is there.
function Receive-LicensingBackup {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.LicensingSession] $Session,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [string] $Path
    )

    $partial = "$Path.partial"
    try {
        $file = [System.IO.File]::Create($partial)
        try {
            do {
                $piece = Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $Session -Operation 'GetBackupPiece' -Request @{ backup = $Name; offset = $file.Length } -Target $Name
                if (-not $piece) {
                    return $false
                }
                $bytes = [convert]::FromBase64String($piece.Content)
                $file.Write($bytes, 0, $bytes.Length)
            } while ($piece.Next -lt $piece.Bytes)
        }
        finally {
            $file.Dispose()
        }
        [System.IO.File]::Move($partial, $Path)
        return $true
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LocalFileUnwritable' -Category WriteError -Target $Path `
                    -Message "$Path cannot be written: $($_.Exception.GetBaseException().Message)" -Action 'Check the path and the space on the disk.'))
        return $false
    }
    finally {
        if ([System.IO.File]::Exists($partial)) {
            [System.IO.File]::Delete($partial)
        }
    }
}
