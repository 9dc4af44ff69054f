# Has lists in CSV form imported, after -WhatIf and -Confirm: one for each file, and one of the rows with these columns. All rows go
# in one request: a list that cannot be read changes nothing.
function Import-LicensingList {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Operation,
        [Parameter(Mandatory)] [string] $Action,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [string[]] $File,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [psobject[]] $Row,
        [Parameter(Mandatory)] [string[]] $Column
    )

    $lists = @(foreach ($one in $File) {
            $bytes = Read-LicensingFile -Cmdlet $Cmdlet -Path $one -Kind 'list'
            if ($null -ne $bytes) {
                , ($one, [System.Text.Encoding]::UTF8.GetString($bytes))
            }
        })
    if ($Row.Count -gt 0) {
        $lists += , ("$($Row.Count) rows", (ConvertTo-LicensingCsv -Row $Row -Column $Column))
    }
    foreach ($list in $lists) {
        $allowed = @(Select-LicensingTarget -Cmdlet $Cmdlet -Action "$Action from $($list[0])")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $allowed -Operation $Operation -Request @{ content = $list[1] } -Target $list[0]
        }
    }
}
