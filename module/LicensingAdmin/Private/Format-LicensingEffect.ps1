# What importing or removing a license file does to the pools, in the words that a person checks.
function Format-LicensingEffect {
    [CmdletBinding()]
    [OutputType([string])]
    param([AllowNull()] [AllowEmptyCollection()] [object[]] $Effect)

    $texts = foreach ($one in $Effect) {
        $use = if ($one.InUse) { ", $($one.InUse) in use" } else { '' }
        "$($one.Feature) $($one.Version) from $($one.CountBefore) to $($one.CountAfter) seats$use"
    }
    if ($texts) { $texts -join '; ' } else { 'no change of seats' }
}
