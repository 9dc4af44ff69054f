# Writes a text into a local file. Says whether it is there; what keeps it from being written is a reported error.
function Write-LicensingFile {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Content
    )

    try {
        [System.IO.File]::WriteAllText($Path, $Content)
        return $true
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LocalFileUnwritable' -Category WriteError -Target $Path `
                    -Message "$Path cannot be written: $($_.Exception.GetBaseException().Message)" -Action 'Check the path and the space on the disk.'))
        return $false
    }
}
