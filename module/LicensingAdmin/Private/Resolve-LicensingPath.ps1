# The full paths of local files: wildcards are expanded for -Path, taken as they are for -LiteralPath.
function Resolve-LicensingPath {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [AllowNull()] [string[]] $Path,
        [AllowNull()] [string[]] $LiteralPath
    )

    foreach ($one in $LiteralPath) {
        $Cmdlet.GetUnresolvedProviderPathFromPSPath($one)
    }
    foreach ($one in $Path) {
        if (-not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($one)) {
            $Cmdlet.GetUnresolvedProviderPathFromPSPath($one)
            continue
        }
        $provider = $null
        try {
            $Cmdlet.GetResolvedProviderPathFromPSPath($one, [ref] $provider)
        }
        catch [System.Management.Automation.ItemNotFoundException] {
            $Cmdlet.WriteVerbose("No file is like $one.")
        }
    }
}
