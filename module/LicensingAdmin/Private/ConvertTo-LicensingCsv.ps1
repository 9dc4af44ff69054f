# Rows as CSV text with these columns (RFC 4180), in the form that no culture changes. A property that a row does not have is empty.
function ConvertTo-LicensingCsv {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject[]] $Row,
        [Parameter(Mandatory)] [string[]] $Column
    )

    $lines = [System.Collections.Generic.List[string]]::new()
    $lines.Add($Column -join ',')
    foreach ($one in $Row) {
        $values = foreach ($name in $Column) {
            $property = $one.PSObject.Properties[$name]
            $value = if ($property) { $property.Value } else { '' }
            $text = if ($value -isnot [datetime]) { "$value" }
            elseif ($name -like '*Date') { $value.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture) }
            else { $value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [cultureinfo]::InvariantCulture) }
            '"' + $text.Replace('"', '""') + '"'
        }
        $lines.Add($values -join ',')
    }
    $lines -join "`n"
}
