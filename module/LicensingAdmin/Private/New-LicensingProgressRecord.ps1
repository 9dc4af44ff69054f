# A progress record for a task that takes its time. Nobody may have named the server: it is then the one that this shell has
# by default.
function New-LicensingProgressRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ProgressRecord])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Server,
        [AllowNull()] [LicensingAdmin.TaskProgress] $Progress
    )

    $name = if ($Server) { $Server } else { 'the license server' }
    $record = [System.Management.Automation.ProgressRecord]::new(27000, $Cmdlet.MyInvocation.MyCommand.Name, "Waiting for $name")
    if ($Progress -and $Progress.Received -gt 0) {
        $record.StatusDescription = "Receiving from $name"
    }
    if ($Progress -and $Progress.Total -gt 0) {
        $record.PercentComplete = [math]::Min(100, [int](100 * $Progress.Received / $Progress.Total))
    }
    $record
}
