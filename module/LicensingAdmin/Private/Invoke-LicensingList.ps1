# Lists what passes the filters of the command. A name without wildcards that nothing has is reported, unless a server failed to
# answer: then nobody knows.
function Invoke-LicensingList {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Operation,
        [AllowNull()] [System.Collections.IDictionary] $Request,
        [string] $NameProperty,
        [string] $Noun,
        [string] $NotFoundCode,
        [string] $NotFoundAction,
        [string[]] $Ignore = @()
    )

    $outcome = @{}
    $names = @()
    if ($NameProperty) {
        $wanted = [LicensingAdmin.Command]::Bound($Cmdlet, $NameProperty)
        $names = @($wanted | Where-Object { $_ -and $_.IndexOfAny([char[]]'*?[') -lt 0 })
    }
    if (-not $names) {
        # Without a stage between the rows and whoever takes them: calling a script for each took as long as making them.
        Invoke-LicensingOperation -Cmdlet $Cmdlet -Operation $Operation -Request $Request -Ignore $Ignore
        return
    }
    $found = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    Invoke-LicensingOperation -Cmdlet $Cmdlet -Operation $Operation -Request $Request -Ignore $Ignore -Outcome $outcome | ForEach-Object {
        $name = $_.$NameProperty
        $null = $found.Add($name)
        # Of an account the name alone is enough.
        $null = $found.Add($name.Substring($name.LastIndexOf('\') + 1))
        $_
    }
    if ($outcome.ContainsKey('Failed')) {
        return
    }
    foreach ($name in $names) {
        if (-not $found.Contains($name)) {
            $Cmdlet.WriteError((New-LicensingErrorRecord -Code $NotFoundCode -Category ObjectNotFound -Target $name `
                        -Message "There is no $Noun $name." -Action $NotFoundAction))
        }
    }
}
