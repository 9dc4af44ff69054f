# A seat in the words that a person checks before revoking it.
function Format-LicensingSeat {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [object] $Seat)

    $seats = if ($Seat.Count -eq 1) { '1 seat' } else { "$($Seat.Count) seats" }
    $text = "$seats of $($Seat.Feature)"
    if ($Seat.User) {
        $text += " from user $($Seat.User)"
    }
    if ($Seat.Device) {
        $text += " on device $($Seat.Device)"
    }
    if ($Seat.State -eq 'Borrowed') {
        $text += ', borrowed'
    }
    $text
}
