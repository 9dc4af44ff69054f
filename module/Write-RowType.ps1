#Requires -Version 7.4
# Adds the properties of all rows of the table of operations to a file of type data.
[CmdletBinding()]
param(
    # Compiled C# of the module, with the native library beside it.
    [Parameter(Mandatory)] [string] $Assembly,

    # File of type data to add to.
    [Parameter(Mandatory)] [string] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$null = [System.Reflection.Assembly]::LoadFrom($Assembly)
$document = [xml]::new()
$document.Load($Path)

function Add-Element {
    param([System.Xml.XmlElement] $Parent, [string] $Name, [string] $Text)

    $element = $document.CreateElement($Name)
    if ($Text) {
        $element.InnerText = $Text
    }
    $Parent.AppendChild($element)
}

# A row that is nested in another is text where one line has to do, as in a CSV file: its values, in the order of its fields.
$textOfNested = '(@($this.PSObject.Properties | Where-Object { $_.MemberType -eq "NoteProperty" -and "$($_.Value)" } | ForEach-Object { $_.Value }) -join " ")'

function Add-Type {
    param([string] $Name, [object[]] $Fields, [bool] $IsNested)

    $full = "LicensingAdmin.$Name"
    # A compiled type has its properties already.
    if ($full -as [type]) {
        return
    }
    $type = $document.DocumentElement.SelectSingleNode("Type[Name='$full']")
    if (-not $type) {
        $type = Add-Element $document.DocumentElement 'Type'
        $null = Add-Element $type 'Name' $full
        $null = Add-Element $type 'Members'
    }
    $members = $type.SelectSingleNode('Members')
    $names = @($Fields | ForEach-Object { $_.PropertyName }) + @(if (-not $IsNested) { 'Server' })
    foreach ($property in $names) {
        if (-not $members.SelectSingleNode("*[Name='$property']")) {
            # The property of the row itself comes before it.
            $declared = Add-Element $members 'ScriptProperty'
            $null = Add-Element $declared 'Name' $property
            $null = Add-Element $declared 'GetScriptBlock' '$null'
        }
    }
    if ($IsNested -and -not $members.SelectSingleNode("ScriptMethod[Name='ToString']")) {
        $method = Add-Element $members 'ScriptMethod'
        $null = Add-Element $method 'Name' 'ToString'
        $null = Add-Element $method 'Script' $textOfNested
    }
    foreach ($field in $Fields) {
        if ($field.Fields.Count -gt 0) {
            Add-Type $field.TypeName $field.Fields $true
        }
    }
}

foreach ($operation in [LicensingAdmin.OperationTable]::Current.Operations) {
    Add-Type $operation.Row.Name $operation.Row.Fields $false
}
foreach ($resource in [LicensingAdmin.OperationTable]::Current.Resources) {
    Add-Type $resource.State.Name $resource.State.Fields $true
}
$document.Save($Path)
