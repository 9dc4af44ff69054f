# The certificate as the server itself describes it, with the one that it has announced to follow. It is asked without credentials, over
# a connection that trusts nothing but the certificate with this hash. Servers that are no license servers do not tell.
function Get-LicensingToldCertificate {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Address,
        [Parameter(Mandatory)] [string] $CertHash
    )

    $outcome = @{ Held = [System.Collections.Generic.List[System.Management.Automation.ErrorRecord]]::new() }
    $session = $null
    $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
    try {
        $session = [LicensingAdmin.LicensingSession]::Open('LicenseServer', @{ address = $Address; certHash = $CertHash; timeoutMs = 10000 }, $null)
        $tasks.Add($session.Submit('GetCertificate', @{}))
        Receive-LicensingTask -Cmdlet $Cmdlet -Task $tasks -Target $Address -Outcome $outcome
    }
    finally {
        foreach ($task in $tasks) {
            $task.Dispose()
        }
        if ($session) {
            $session.Dispose()
        }
    }
    foreach ($record in $outcome.Held) {
        $Cmdlet.WriteVerbose("$Address does not say which certificate follows: $record")
    }
}
