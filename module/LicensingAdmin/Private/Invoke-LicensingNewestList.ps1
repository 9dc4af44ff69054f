# Lists rows of which a server gives the newest alone, as many as -Usual says, unless the parameter -Number of the command says how many.
# Then a warning says where there may be more: with -SourceProperty for each of its values at each server.
function Invoke-LicensingNewestList {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Operation,
        [Parameter(Mandatory)] [string] $Number,
        [Parameter(Mandatory)] [int] $Usual,
        [Parameter(Mandatory)] [string] $Noun,
        [Parameter(Mandatory)] [string] $Action,
        [string] $SourceProperty
    )

    $counts = [ordered]@{}
    Invoke-LicensingList -Cmdlet $Cmdlet -Operation $Operation | ForEach-Object {
        $source = if ($SourceProperty) { "$($_.$SourceProperty) at $($_.Server)" } else { $_.Server }
        $counts[$source] = 1 + $counts[$source]
        $_
    }
    if ($null -ne [LicensingAdmin.Command]::Bound($Cmdlet, $Number)) {
        return
    }
    foreach ($source in @($counts.Keys)) {
        if ($counts[$source] -ge $Usual) {
            $Cmdlet.WriteWarning("Of $source only the newest $Usual $Noun are listed, and there may be older ones. $Action")
        }
    }
}
