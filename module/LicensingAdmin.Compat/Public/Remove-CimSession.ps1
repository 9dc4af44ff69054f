function Remove-CimSession {
    <#
    .SYNOPSIS
        Ends sessions from New-CimSession.

    .PARAMETER CimSession
        The sessions.

    .PARAMETER ComputerName
        Ends the sessions with these hosts.

    .PARAMETER Name
        Ends the sessions of these names.

    .PARAMETER Id
        Ends the sessions of these numbers.

    .EXAMPLE
        Remove-CimSession $session

        Ends a session.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Session')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Session')]
        [psobject[]] $CimSession,

        [Parameter(Mandatory, ParameterSetName = 'Computer')]
        [string[]] $ComputerName,

        [Parameter(Mandatory, ParameterSetName = 'Name')]
        [SupportsWildcards()]
        [string[]] $Name,

        [Parameter(Mandatory, ParameterSetName = 'Id')]
        [uint32[]] $Id
    )

    process {
        $ended = @($script:CimSessions | Where-Object {
                $one = $_
                switch ($PSCmdlet.ParameterSetName) {
                    'Session' { $one.InstanceId -in $CimSession.InstanceId }
                    'Computer' { $one.ComputerName -in $ComputerName }
                    'Name' { @($Name | Where-Object { $one.Name -like $_ }).Count -gt 0 }
                    'Id' { $one.Id -in $Id }
                }
            })
        foreach ($session in $ended) {
            if ($PSCmdlet.ShouldProcess($session.Name, 'Remove session')) {
                $null = $script:CimSessions.Remove($session)
                $session.LicensingTarget.Clear()
            }
        }
    }
}
