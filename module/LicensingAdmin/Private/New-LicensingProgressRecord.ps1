# A progress record for a task that takes its time.
function New-LicensingProgressRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ProgressRecord])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Server,
        [AllowNull()] [LicensingAdmin.TaskProgress] $Progress
    )

    $record = [System.Management.Automation.ProgressRecord]::new(27000, $Cmdlet.MyInvocation.MyCommand.Name, "Waiting for $Server")
    if ($Progress -and $Progress.Received -gt 0) {
        $record.StatusDescription = "Receiving from $Server"
    }
    if ($Progress -and $Progress.Total -gt 0) {
        $record.PercentComplete = [math]::Min(100, [int](100 * $Progress.Received / $Progress.Total))
    }
    $record
}
