# The bytes of a local license file or another file for a server, or null after a reported error. Nothing larger is read than any server takes.
function Read-LicensingFile {
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Path,
        [string] $Kind = 'license file'
    )

    $mostBytes = [LicensingAdmin.OperationTable]::Current.LicenseFileBytes
    try {
        $file = [System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite')
        try {
            if ($file.Length -gt $mostBytes) {
                $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'RequestTooLarge' -Category LimitsExceeded -Target $Path `
                            -Message "$Path has $($file.Length) bytes; a $Kind has at most $mostBytes." -Action "Check that it is a $Kind."))
                return
            }
            $bytes = [byte[]]::new($file.Length)
            $file.ReadExactly($bytes)
            , $bytes
        }
        finally {
            $file.Dispose()
        }
    }
    catch [System.IO.FileNotFoundException], [System.IO.DirectoryNotFoundException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'FileNotFound' -Category ObjectNotFound -Target $Path `
                    -Message "There is no file $Path." -Action 'Check the path.'))
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'FileOpenFailed' -Category OpenError -Target $Path `
                    -Message "$Path cannot be read: $($_.Exception.GetBaseException().Message)" -Action 'Check your permissions on the file.'))
    }
}
