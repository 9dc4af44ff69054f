# Carries out a method of a resource of desired state at one server. With -Preview nothing is changed.
function Invoke-LicensingDsc {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.LicensingSession] $Session,
        [Parameter(Mandatory)] [string] $Resource,
        [Parameter(Mandatory)] [string] $Method,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Property,
        [switch] $Preview
    )

    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    $Cmdlet.WriteVerbose("$Method $Resource at $($Session.Server)")
    try {
        try {
            $tasks.Add($Session.InvokeDsc($Resource, $Method.ToLowerInvariant(), $Property, $Preview))
        }
        catch {
            Write-LicensingProblem -Cmdlet $Cmdlet -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Session $Session
        }
        Receive-LicensingTask -Cmdlet $Cmdlet -Task $tasks
    }
    finally {
        foreach ($task in $tasks) {
            $task.Dispose()
        }
    }
}
