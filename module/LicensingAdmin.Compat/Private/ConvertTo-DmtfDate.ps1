# A point in time as WMI writes it.
function ConvertTo-DmtfDate {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [datetime] $Date)

    $Date.ToUniversalTime().ToString("yyyyMMddHHmmss.ffffff'+000'", [cultureinfo]::InvariantCulture)
}
