# Shows a command as it would be typed, then what it answers.
function Show-Command {
    [CmdletBinding()]
    param([scriptblock] $Command)

    "`nPS> $("$Command".Trim())"
    (& $Command | Out-String -Width 150).Trim("`r", "`n")
}
