# Reports a problem as a non-terminating error of the command that the user called, or holds it for the caller who asked for that.
function Write-LicensingProblem {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.Problem] $Problem,
        [AllowNull()] [object] $Target,
        [AllowNull()] [LicensingAdmin.LicensingSession] $Session,
        [switch] $NameServer,
        [hashtable] $Outcome = @{}
    )

    $about = $Target
    if ($null -eq $about) {
        $about = if ($Problem.Target) { $Problem.Target } elseif ($Session) { $Session.Server } else { $null }
    }
    $record = $Problem.ToErrorRecord($about)
    if ($NameServer -and $Session -and -not "$Problem".Contains($Session.Server)) {
        $action = $record.ErrorDetails.RecommendedAction
        $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new("$($Session.Server): $Problem")
        $record.ErrorDetails.RecommendedAction = $action
    }
    $Outcome['Failed'] = $true
    if ($Outcome.ContainsKey('Held')) {
        $Outcome['Held'].Add($record)
    }
    else {
        $Cmdlet.WriteError($record)
    }
}
