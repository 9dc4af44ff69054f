# An object with the properties of an instance, each in the type that its class declares.
function ConvertTo-LicensingWmiObject {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory, ValueFromPipeline)] [psobject] $Instance
    )

    process {
        $values = [ordered]@{}
        foreach ($property in @($Instance.Properties)) {
            $text = $property.Text
            $values[$property.Name] = if ($null -eq $text) {
                $null
            }
            else {
                switch ($property.Kind) {
                    'boolean' { $text -eq 'true' }
                    'datetime' { [datetime]::Parse($text, [cultureinfo]::InvariantCulture, 'RoundtripKind').ToLocalTime() }
                    'uint32' { [uint32] $text }
                    'uint64' { [uint64] $text }
                    { $_ -in 'sint8', 'sint16', 'sint32', 'uint8', 'uint16' } { [int] $text }
                    'sint64' { [long] $text }
                    default { $text }
                }
            }
        }
        [pscustomobject] $values
    }
}
