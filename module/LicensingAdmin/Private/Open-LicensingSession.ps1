# Opens sessions with these settings, all at the same time, and returns those that work. For the others there is one error each.
function Open-LicensingSession {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [LicensingAdmin.ConnectionSettings[]] $Settings,
        [hashtable] $Outcome = @{}
    )

    $opened = @(
        foreach ($one in $Settings) {
            try {
                $one.Open()
            }
            catch {
                Write-LicensingProblem -Cmdlet $Cmdlet -Outcome $Outcome -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Target $one.Server
            }
        }
    )
    $connected = [System.Collections.Generic.List[LicensingAdmin.LicensingSession]]::new()
    try {
        foreach ($permission in Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $opened -Operation 'GetEffectivePermission' -Request @{} -Outcome $Outcome) {
            $session = $opened | Where-Object { $_.Server -eq $permission.Server -and -not $connected.Contains($_) } | Select-Object -First 1
            $session.Account = $permission.Account
            $session.Permissions = $permission.Permissions
            $connected.Add($session)
        }
        $connected
    }
    finally {
        foreach ($session in $opened) {
            if (-not $connected.Contains($session)) {
                $session.Dispose()
            }
        }
    }
}
