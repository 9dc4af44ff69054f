# Whether a text is like one of the patterns; without patterns everything is.
function Test-LicensingPattern {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text,
        [AllowNull()] [AllowEmptyCollection()] [string[]] $Pattern
    )

    if (-not $Pattern) {
        return $true
    }
    foreach ($one in $Pattern) {
        if ($Text -like $one) {
            return $true
        }
    }
    $false
}
