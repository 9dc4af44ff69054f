# Makes a local folder where it is missing. Says whether it is there; what keeps it from being made is a reported error.
function New-LicensingFolder {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Path
    )

    try {
        $null = [System.IO.Directory]::CreateDirectory($Path)
        return $true
    }
    catch [System.IO.IOException], [System.UnauthorizedAccessException] {
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LocalFileUnwritable' -Category WriteError -Target $Path `
                    -Message "The folder $Path cannot be made: $($_.Exception.GetBaseException().Message)" -Action 'Check the path and your permissions on it.'))
        return $false
    }
}
