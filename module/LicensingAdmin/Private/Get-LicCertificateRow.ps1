# The certificate that an address shows. It is looked at without trusting it and without credentials.
function Get-LicCertificateRow {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Address,
        [hashtable] $Outcome = @{}
    )

    $session = $null
    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    try {
        $session = [LicensingAdmin.LicensingSession]::Open('LicenseServer', @{ address = $Address }, $null)
        $tasks.Add($session.InspectCertificate())
        Receive-LicensingTask -Cmdlet $Cmdlet -Task $tasks -Target $Address -Outcome $Outcome
    }
    catch [LicensingAdmin.LicensingException] {
        Write-LicensingProblem -Cmdlet $Cmdlet -Outcome $Outcome -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Target $Address
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
