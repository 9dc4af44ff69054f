# Writes a text into a local file, with -New only where none is there. Says whether it is there; what keeps it from being written is a
# reported error.
function Write-LicensingFile {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Content,
        [switch] $New,
        [string] $ExistsAction = 'Choose another name.'
    )

    $made = $false
    try {
        if ($New) {
            [System.IO.FileStream]::new($Path, [System.IO.FileMode]::CreateNew).Dispose()
            $made = $true
        }
        [System.IO.File]::WriteAllText($Path, $Content)
        return $true
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        if ($made) {
            [System.IO.File]::Delete($Path)
        }
        elseif ($New -and (Test-Path -LiteralPath $Path)) {
            $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'FileAlreadyExists' -Category ResourceExists -Target $Path `
                        -Message "The file '$Path' exists, and is not replaced." -Action $ExistsAction))
            return $false
        }
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LocalFileUnwritable' -Category WriteError -Target $Path `
                    -Message "$Path cannot be written: $($_.Exception.GetBaseException().Message)" -Action 'Check the path and the space on the disk.'))
        return $false
    }
}
