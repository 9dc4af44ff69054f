# Where what one of several servers answers is written: beside the file that was named, with the server in its name.
function Get-LicensingServerPath {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Server
    )

    $name = [System.IO.Path]::GetFileNameWithoutExtension($Path) + '-' + ($Server -replace '[^A-Za-z0-9.]', '-')
    [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($Path), $name + [System.IO.Path]::GetExtension($Path))
}
