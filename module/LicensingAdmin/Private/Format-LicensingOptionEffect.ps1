# What another options file does to seats and which of its lines count for nothing, in the words that a person checks.
function Format-LicensingOptionEffect {
    [CmdletBinding()]
    [OutputType([string])]
    param([AllowNull()] [object] $Explanation)

    $texts = @(
        if (-not $Explanation) {
            'it could not be explained'
        }
        else {
            $unread = @($Explanation.Lines | Where-Object State -eq 'NotUnderstood')
            if ($unread) {
                "lines that cannot be read: $($unread.Line -join ', ')"
            }
            foreach ($one in $Explanation.Effects) {
                $who = if ($one.User) { " of $($one.User)" } else { '' }
                "$($one.Effect) $($one.Feature)${who}: $($one.Reason.TrimEnd('.'))"
            }
        }
    )
    if ($texts) { $texts -join '; ' } else { 'nobody who holds a seat now is concerned' }
}
