# The sessions of the command that a change is allowed for, after -WhatIf and -Confirm; asked for each server.
function Select-LicensingTarget {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Action
    )

    foreach ($session in [LicensingAdmin.Command]::Sessions($Cmdlet)) {
        if ($Cmdlet.ShouldProcess($session.Server, $Action)) {
            $session
        }
    }
}
