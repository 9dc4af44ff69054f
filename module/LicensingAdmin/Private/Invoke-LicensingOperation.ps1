# Sends one operation to every session at the same time and returns the rows, each with its Server. A server that fails gives
# one error and does not keep the others from answering.
function Invoke-LicensingOperation {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [LicensingAdmin.LicensingSession[]] $Session,
        [Parameter(Mandatory)] [string] $Operation,
        [System.Collections.IDictionary] $Request = @{},
        [AllowNull()] [object] $Target,
        [string[]] $Ignore = @(),
        [hashtable] $Outcome = @{}
    )

    if ($Session.Count -eq 0) {
        $Outcome['Failed'] = $true
        return
    }
    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    try {
        foreach ($one in $Session) {
            $Cmdlet.WriteVerbose("$Operation at $($one.Server)")
            try {
                $tasks.Add($one.Submit($Operation, $Request))
            }
            catch {
                $Outcome['Failed'] = $true
                Write-LicensingProblem -Cmdlet $Cmdlet -Problem (Get-LicensingProblem $_) -Target $Target -Session $one -NameServer:($Session.Count -gt 1)
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
