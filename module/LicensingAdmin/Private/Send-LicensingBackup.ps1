# Sends a local archive piece by piece, and returns the name that the server keeps it under; nothing after a reported error.
function Send-LicensingBackup {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.LicensingSession] $Session,
        [Parameter(Mandatory)] [string] $Path
    )

    $pieceBytes = 4MB
    $local = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    $name = ([System.IO.Path]::GetFileNameWithoutExtension($local) -replace '[^A-Za-z0-9_-]', '-') + '.tar'
    try {
        $file = [System.IO.File]::Open($local, 'Open', 'Read', 'Read')
        try {
            $buffer = [byte[]]::new($pieceBytes)
            do {
                $offset = $file.Position
                $read = $file.Read($buffer, 0, $buffer.Length)
                $content = [convert]::ToBase64String($buffer, 0, $read)
                $request = @{ backup = $name; offset = $offset; bytes = $file.Length; content = $content }
                if (-not (Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $Session -Operation 'ImportBackupPiece' -Request $request -Target $local)) {
                    return
                }
            } while ($file.Position -lt $file.Length)
            $name
        }
        finally {
            $file.Dispose()
        }
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LocalFileUnreadable' -Category OpenError -Target $local `
                    -Message "$local cannot be read: $($_.Exception.GetBaseException().Message)" -Action 'Check the path and your permissions on the file.'))
    }
}
