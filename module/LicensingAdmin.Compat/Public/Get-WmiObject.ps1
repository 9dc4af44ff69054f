function Get-WmiObject {
    <#
    .SYNOPSIS
        Returns instances of WMI classes of a license server, as Windows PowerShell does.

    .DESCRIPTION
        Asks over WS-Management. Without -ComputerName the server of the default session is asked, else the one that
        LICENSING_SERVER names, else this machine. Dates are text as WMI writes it; ConvertToDateTime makes dates of them.

    .PARAMETER Class
        Name of the class.

    .PARAMETER Property
        Properties that are wanted.

    .PARAMETER Filter
        Condition in WQL.

    .PARAMETER Query
        A whole query in WQL.

    .PARAMETER Namespace
        Namespace of the class.

    .PARAMETER ComputerName
        Hosts to ask; a port may follow a colon.

    .PARAMETER Credential
        Account and password.

    .PARAMETER Authentication
        Accepted and without effect: messages are always encrypted.

    .PARAMETER List
        Lists the classes of the namespace.

    .EXAMPLE
        gwmi -class Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -comp licsrv01 | Group-Object PLD

        Groups the pools by their feature.

    .OUTPUTS
        An object for each instance.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Class')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Class')]
        [Alias('ClassName')]
        [string] $Class,

        [Parameter(Position = 1, ParameterSetName = 'Class')]
        [string[]] $Property,

        [Parameter(ParameterSetName = 'Class')]
        [string] $Filter,

        [Parameter(Mandatory, ParameterSetName = 'Query')]
        [string] $Query,

        [Parameter(Mandatory, ParameterSetName = 'List')]
        [switch] $List,

        [Alias('NS')]
        [string] $Namespace = 'root\cimv2',

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Cn')]
        [string[]] $ComputerName = @(''),

        [System.Management.Automation.Credential()]
        [pscredential] $Credential = [pscredential]::Empty,

        [object] $Authentication
    )

    process {
        $wql = switch ($PSCmdlet.ParameterSetName) {
            'Class' { ConvertTo-Wql -Class $Class -Property $Property -Filter $Filter }
            'Query' { $Query }
            'List' { 'SELECT * FROM meta_class' }
        }
        $asked = if ($wql -match '(?i)\bFROM\s+(\w+)') { $Matches[1] } else { '' }
        foreach ($computer in $ComputerName) {
            $target = ConvertTo-CompatTarget -ComputerName $computer -Credential $Credential -Authentication ''
            $rows = Invoke-CompatQuery -Cmdlet $PSCmdlet -Ask @{ Query = $wql; Namespace = $Namespace } -Target $target -ErrorId {
                param($number)
                if ($number) { 'GetWMIManagementException' } else { 'GetWMICOMException' }
            }
            foreach ($row in $rows) {
                ConvertTo-WmiObject -Row $row -Class $asked -Namespace $Namespace -Server $computer
            }
        }
    }
}
