# An instance as Get-WmiObject of Windows PowerShell returns it.
function ConvertTo-WmiObject {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Row,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Class,
        [Parameter(Mandatory)] [string] $Namespace,
        [AllowEmptyString()] [string] $Server
    )

    $machine = if ($Server -and $Server -ne '.') { $Server -replace ':\d+$' } else { [System.Environment]::MachineName }
    $path = $Namespace -replace '/', '\'
    $properties = @($Row.PSObject.Properties)
    $name = if ($Row.PSObject.Properties['__CLASS']) { $Row.__CLASS } else { $Class }
    $keys = foreach ($key in 'PLD', 'SubscriptionDate', 'FileName', 'Line', 'HostName', 'PoolId') {
        $value = if ($Row.PSObject.Properties[$key]) { $Row.$key } else { $null }
        if ($null -ne $value) {
            "$key=`"$(if ($value -is [datetime]) { ConvertTo-DmtfDate $value } else { $value })`""
        }
    }
    $relative = if ($keys) { "$name.$(@($keys) -join ',')" } else { "$name=@" }
    $values = [ordered]@{
        __GENUS          = 2
        __CLASS          = $name
        __SUPERCLASS     = $null
        __DYNASTY        = $name
        __RELPATH        = $relative
        __PROPERTY_COUNT = $properties.Count
        __DERIVATION     = @()
        __SERVER         = $machine
        __NAMESPACE      = $path
        __PATH           = "\\$machine\${path}:$relative"
    }
    foreach ($property in $properties) {
        if ($property.Name -ne '__CLASS') {
            $value = $property.Value
            $values[$property.Name] = if ($value -is [datetime]) { ConvertTo-DmtfDate $value } else { $value }
        }
    }
    $values['PSComputerName'] = $machine
    $object = [pscustomobject] $values
    if ($name -ne $Class -and -not $object.PSObject.Properties['Name']) {
        $object.PSObject.Properties.Add([psnoteproperty]::new('Name', $name))
    }
    $object.PSObject.Methods.Add([psscriptmethod]::new('ConvertToDateTime', $script:ToDateTime))
    $object.PSObject.Methods.Add([psscriptmethod]::new('ConvertFromDateTime', $script:FromDateTime))
    $object.PSObject.TypeNames.Insert(0, "System.Management.ManagementObject#$path\$name")
    $object
}

# Bound to this module, so that they find its functions wherever they are called.
$script:ToDateTime = { param($text) ConvertFrom-DmtfDate -Text $text }
$script:FromDateTime = { param($date) ConvertTo-DmtfDate -Date $date }
