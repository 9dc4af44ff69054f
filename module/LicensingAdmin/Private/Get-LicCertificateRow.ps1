# The certificate that an address shows. It is looked at without believing it and without credentials.
function Get-LicCertificateRow {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $AdminAddress
    )

    $session = $null
    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    try {
        $session = [LicensingAdmin.LicensingSession]::Open(@{ address = $AdminAddress }, $null)
        $tasks.Add($session.InspectCertificate())
        Receive-LicensingTask -Cmdlet $Cmdlet -Task $tasks -Target $AdminAddress
    }
    catch [LicensingAdmin.LicensingException] {
        Write-LicensingProblem -Cmdlet $Cmdlet -Problem (Get-LicensingProblem $_) -Target $AdminAddress
    }
    finally {
        foreach ($task in $tasks) {
            $task.Dispose()
        }
        if ($session) {
            $session.Dispose()
        }
    }
}
