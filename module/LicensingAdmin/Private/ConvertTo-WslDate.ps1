# A date that a snap-in script can always use: what has none, such as the expiry of a permanent license, shows the last day of
# 1999, as the snap-in shows it for the start-up license.
function ConvertTo-WslDate {
    [CmdletBinding()]
    [OutputType([datetime])]
    param(
        [AllowNull()] [object] $Date
    )

    if ($null -eq $Date) { [datetime]::new(1999, 12, 31) } else { [datetime] $Date }
}
