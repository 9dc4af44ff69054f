# Sends one operation to every session at the same time and returns the rows, each with its Server. A server that fails gives
# one error and does not keep the others from answering. Without sessions those are used that the parameters of the command
# name; without a request it is made of the parameters of the command.
function Invoke-LicensingOperation {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Operation,
        [AllowNull()] [AllowEmptyCollection()] [LicensingAdmin.LicensingSession[]] $Session,
        [AllowNull()] [System.Collections.IDictionary] $Request,
        [AllowNull()] [object] $Target,
        [string[]] $Ignore = @(),
        [hashtable] $Outcome = @{}
    )

    $sessions = @(if ($PSBoundParameters.ContainsKey('Session')) { $Session } else { [LicensingAdmin.Command]::Sessions($Cmdlet) })
    if ($sessions.Count -eq 0) {
        $Outcome['Failed'] = $true
        return
    }
    if ($null -eq $Request) {
        $Request = [LicensingAdmin.Command]::Request($Cmdlet, $Operation)
    }
    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    try {
        foreach ($one in $sessions) {
            $Cmdlet.WriteVerbose("$Operation at $($one.Server)")
            try {
                $tasks.Add($one.Submit($Operation, $Request))
            }
            catch {
                $problem = [LicensingAdmin.Problem]::Of($_.Exception)
                Write-LicensingProblem -Cmdlet $Cmdlet -Outcome $Outcome -Problem $problem -Target $Target -Session $one -NameServer:($sessions.Count -gt 1)
            }
        }
        Receive-LicensingTask -Cmdlet $Cmdlet -Task $tasks -Target $Target -Ignore $Ignore -Outcome $Outcome
    }
    finally {
        foreach ($task in $tasks) {
            $task.Dispose()
        }
    }
}
