function Get-CimInstance {
    <#
    .SYNOPSIS
        Returns instances of CIM classes of a license server, as PowerShell on Windows does.

    .DESCRIPTION
        Asks over WS-Management. Without -ComputerName and -CimSession the server of the default session is asked, else the one
        that LICENSING_SERVER names, else this machine. Dates are DateTime.

    .PARAMETER ClassName
        Name of the class.

    .PARAMETER Query
        A query in WQL.

    .PARAMETER Filter
        Condition in WQL.

    .PARAMETER Property
        Properties that are wanted.

    .PARAMETER Namespace
        Namespace of the class.

    .PARAMETER ComputerName
        Hosts to ask; a port may follow a colon.

    .PARAMETER CimSession
        Sessions from New-CimSession.

    .PARAMETER OperationTimeoutSec
        Longest time for each request.

    .PARAMETER QueryDialect
        WQL is the one that is known.

    .EXAMPLE
        Get-CimInstance -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool -ComputerName licsrv01

        Lists the pools of a license server.

    .OUTPUTS
        An object for each instance.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Class')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Class')]
        [Alias('Class')]
        [string] $ClassName,

        [Parameter(Mandatory, ParameterSetName = 'Query')]
        [string] $Query,

        [Parameter(ParameterSetName = 'Class')]
        [string] $Filter,

        [Parameter(ParameterSetName = 'Class')]
        [Alias('SelectProperties')]
        [string[]] $Property,

        [string] $Namespace = 'root/cimv2',

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('CN', 'ServerName')]
        [string[]] $ComputerName = @(''),

        [Parameter(ValueFromPipeline)]
        [psobject[]] $CimSession,

        [Alias('OT')]
        [uint32] $OperationTimeoutSec,

        [ValidateSet('WQL')]
        [string] $QueryDialect = 'WQL'
    )

    process {
        $wql = if ($Query) { $Query } else { ConvertTo-Wql -Class $ClassName -Property $Property -Filter $Filter }
        $asked = if ($wql -match '(?i)\bFROM\s+(\w+)') { $Matches[1] } else { '' }
        $places = if ($CimSession) { $CimSession } else { $ComputerName }
        foreach ($place in $places) {
            $target = if ($CimSession) { ConvertTo-CompatTarget -CimSession $place }
            else { ConvertTo-CompatTarget -ComputerName $place -Authentication '' }
            if ($OperationTimeoutSec) {
                $target['TimeoutSeconds'] = [int] $OperationTimeoutSec
            }
            $rows = Invoke-CompatQuery -Cmdlet $PSCmdlet -Ask @{ Query = $wql; Namespace = $Namespace } -Target $target -ErrorId {
                param($number, $failure)
                if ($number) { "HRESULT $number" } else { "HRESULT 0x80338012,$($failure.FullyQualifiedErrorId -replace ',.*$')" }
            }
            $machine = if ($CimSession) { $place.ComputerName } else { "$place" -replace ':\d+$' }
            foreach ($row in $rows) {
                if ($machine) {
                    $row.PSObject.Properties.Add([psnoteproperty]::new('PSComputerName', $machine))
                }
                $row.PSObject.TypeNames.Insert(0, "Microsoft.Management.Infrastructure.CimInstance#$($Namespace -replace '\\', '/')/$asked")
                $row
            }
        }
    }
}
