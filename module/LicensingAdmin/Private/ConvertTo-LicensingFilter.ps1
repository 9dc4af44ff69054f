# The one pattern that the server can filter by: it knows * and ?, but no sets, and takes one pattern at a time.
function ConvertTo-LicensingFilter {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [AllowNull()] [string[]] $Pattern
    )

    if ($Pattern -and $Pattern.Count -eq 1 -and $Pattern[0].IndexOfAny([char[]]'[]`') -lt 0) {
        $Pattern[0]
    }
}
