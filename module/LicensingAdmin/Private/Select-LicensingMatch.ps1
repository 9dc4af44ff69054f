# Passes on the rows whose property is like one of the patterns, and reports each name without wildcards that nothing has,
# unless a server failed to answer: then nobody knows.
function Select-LicensingMatch {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(ValueFromPipeline)] [object] $InputObject,
        [Parameter(Mandatory)] [string] $Property,
        [Parameter(Mandatory)] [AllowNull()] [AllowEmptyCollection()] [string[]] $Pattern,
        [Parameter(Mandatory)] [string] $NotFoundCode,
        [Parameter(Mandatory)] [string] $NotFoundAction,
        [Parameter(Mandatory)] [hashtable] $Outcome
    )

    begin {
        $patterns = @(
            foreach ($text in $Pattern) {
                [pscustomobject]@{
                    Text     = $text
                    Wildcard = [System.Management.Automation.WildcardPattern]::new($text, 'IgnoreCase, CultureInvariant')
                    IsName   = -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($text)
                    Found    = $false
                }
            }
        )
    }
    process {
        if ($null -eq $InputObject) {
            return
        }
        if ($patterns.Count -eq 0) {
            return $InputObject
        }
        $passes = $false
        foreach ($one in $patterns) {
            if ($one.Wildcard.IsMatch($InputObject.$Property)) {
                $one.Found = $true
                $passes = $true
            }
        }
        if ($passes) {
            $InputObject
        }
    }
    end {
        if ($Outcome.ContainsKey('Failed')) {
            return
        }
        foreach ($one in $patterns) {
            if ($one.IsName -and -not $one.Found) {
                $Cmdlet.WriteError((New-LicensingErrorRecord -Code $NotFoundCode -Category ObjectNotFound `
                            -Message "Nothing is called $($one.Text)." -Action $NotFoundAction -Target $one.Text))
            }
        }
    }
}
