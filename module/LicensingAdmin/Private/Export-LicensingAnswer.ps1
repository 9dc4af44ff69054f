# Writes what each server answers into a new file, and gives the files. The file is made before a server is asked, since a server keeps
# what it has given out: it must have a place.
function Export-LicensingAnswer {
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [AllowEmptyCollection()] [LicensingAdmin.LicensingSession[]] $Session,
        [Parameter(Mandatory)] [string] $Operation,
        [AllowNull()] [System.Collections.IDictionary] $Request,
        [Parameter(Mandatory)] [string] $Path
    )

    foreach ($one in $Session) {
        $target = if ($Session.Count -gt 1) { Get-LicensingServerPath -Path $Path -Server $one.Server } else { $Path }
        if (-not (Write-LicensingFile -Cmdlet $Cmdlet -Path $target -Content '' -New)) {
            continue
        }
        $written = $false
        try {
            foreach ($row in Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $one -Operation $Operation -Request $Request -Target $target) {
                $written = Write-LicensingFile -Cmdlet $Cmdlet -Path $target -Content $row.Content
                if ($written) {
                    Get-Item -LiteralPath $target
                }
            }
        }
        finally {
            if (-not $written) {
                [System.IO.File]::Delete($target)
            }
        }
    }
}
