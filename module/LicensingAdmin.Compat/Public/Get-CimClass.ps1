function Get-CimClass {
    <#
    .SYNOPSIS
        Describes CIM classes of a license server.

    .PARAMETER ClassName
        Names of classes, wildcards allowed.

    .PARAMETER Namespace
        Namespace of the classes.

    .PARAMETER ComputerName
        Hosts to ask; a port may follow a colon.

    .PARAMETER CimSession
        Sessions from New-CimSession.

    .EXAMPLE
        (Get-CimClass Citrix_GT_License_Pool -Namespace root\CitrixLicensing).CimClassProperties

        Lists the properties of the class with their types.

    .OUTPUTS
        An object with CimClassName, CimClassProperties and NameSpace.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [string] $ClassName = '*',

        [Parameter(Position = 1)]
        [string] $Namespace = 'root/cimv2',

        [Alias('CN', 'ServerName')]
        [string[]] $ComputerName = @(''),

        [psobject[]] $CimSession
    )

    process {
        $errorId = { param($number) if ($number) { "HRESULT $number" } else { 'HRESULT 0x80338012' } }
        $places = if ($CimSession) { $CimSession } else { $ComputerName }
        foreach ($place in $places) {
            $target = if ($CimSession) { ConvertTo-CompatTarget -CimSession $place }
            else { ConvertTo-CompatTarget -ComputerName $place -Authentication '' }
            $names = @($ClassName)
            if ([wildcardpattern]::ContainsWildcardCharacters($ClassName)) {
                $all = Invoke-CompatQuery -Cmdlet $PSCmdlet -Ask @{ Query = 'SELECT * FROM meta_class'; Namespace = $Namespace } -Target $target -ErrorId $errorId
                $names = @($all | ForEach-Object { $_.__CLASS } | Where-Object { $_ -like $ClassName })
            }
            foreach ($name in $names) {
                $properties = Invoke-CompatQuery -Cmdlet $PSCmdlet -Ask @{ Class = $name; Namespace = $Namespace } -Target $target -ErrorId $errorId
                if (@($properties).Count -gt 0) {
                    $class = [pscustomobject]@{
                        NameSpace          = $Namespace -replace '\\', '/'
                        CimClassName       = $name
                        CimClassProperties = @($properties)
                    }
                    # Last, because PowerShell computes CimClassName for this type, which cannot be set.
                    $class.PSObject.TypeNames.Insert(0, 'Microsoft.Management.Infrastructure.CimClass')
                    $class
                }
            }
        }
    }
}
