# The query for a class, its properties and a filter, as the commands of WMI put it together.
function ConvertTo-Wql {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Class,
        [AllowNull()] [AllowEmptyCollection()] [string[]] $Property,
        [AllowNull()] [AllowEmptyString()] [string] $Filter
    )

    $columns = if ($Property) { $Property -join ',' } else { '*' }
    $query = "SELECT $columns FROM $Class"
    if ($Filter) { "$query WHERE $Filter" } else { $query }
}
