# The point in time that WMI has written, as local time.
function ConvertFrom-DmtfDate {
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)] [string] $Text)

    if ($Text -notmatch '^(\d{14}\.\d{6})([+-])(\d{3})$') {
        throw [System.ArgumentOutOfRangeException]::new('Text', "'$Text' is not a date of WMI: yyyyMMddHHmmss.ffffff+UUU is expected.")
    }
    $local = [datetime]::ParseExact($Matches[1], 'yyyyMMddHHmmss.ffffff', [cultureinfo]::InvariantCulture)
    $minutes = [int] $Matches[3] * $(if ($Matches[2] -eq '-') { -1 } else { 1 })
    [datetime]::SpecifyKind($local.AddMinutes(-$minutes), 'Utc').ToLocalTime()
}
