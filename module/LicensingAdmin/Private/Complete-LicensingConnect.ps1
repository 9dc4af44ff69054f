# Opens the sessions that a command that connects was asked for, makes them the default ones, and returns them. What cannot be
# connected is reported.
function Complete-LicensingConnect {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.ServiceKind] $Service,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [LicensingAdmin.ConnectionSettings[]] $Settings,
        [switch] $TrustOnFirstUse,
        [switch] $NotDefault,
        [switch] $PassThru
    )

    $list = [LicensingAdmin.SessionList]::Of($Service)
    $program = if ($Service -eq 'Insight') { 'insightd' } else { 'licensingd' }
    $failures = [System.Collections.Generic.List[System.Management.Automation.ErrorRecord]]::new()
    $outcome = @{ Held = $failures }
    $firstUse = @(if ($TrustOnFirstUse) { Set-LicensingFirstTrust -Cmdlet $Cmdlet -Settings $Settings -Outcome $outcome })
    $connected = @(Open-LicensingSession -Cmdlet $Cmdlet -Settings $Settings -Outcome $outcome)
    foreach ($one in $firstUse) {
        if ($connected | Where-Object { $_.IsWith($one.Server) }) {
            [LicensingAdmin.KnownServers]::Add($one.Address, $one.CertHash)
            $Cmdlet.WriteWarning("The certificate of $($one.Server) is trusted from now on: $($one.CertHash). Compare it with the hash that $program init showed.")
        }
    }
    $sessions = @($connected | ForEach-Object { $list.Add($_) })
    if (-not $NotDefault) {
        $list.SetDefault($sessions)
    }
    $list.EndConnect()
    if ($PassThru) {
        $sessions
    }
    # Who connects nothing cannot go on, unless they said that they would.
    $endsAll = $sessions.Count -eq 0 -and $ErrorActionPreference -eq 'Continue' -and -not $Cmdlet.MyInvocation.BoundParameters.ContainsKey('ErrorAction')
    for ($at = 0; $at -lt $failures.Count; $at++) {
        if ($endsAll -and $at -eq $failures.Count - 1) {
            $Cmdlet.ThrowTerminatingError($failures[$at])
        }
        $Cmdlet.WriteError($failures[$at])
    }
}
