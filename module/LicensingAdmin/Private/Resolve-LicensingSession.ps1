# The sessions a command works with: those that were named, else the default ones.
function Resolve-LicensingSession {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [AllowNull()] [LicensingAdmin.LicensingSession[]] $Session
    )

    $wanted = @(if ($Session) { $Session } else { [LicensingAdmin.SessionList]::Current.Default })
    if ($wanted.Count -eq 0) {
        $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'NotConnected' -Category ConnectionError `
                    -Message 'There is no session with a license server.' `
                    -Action 'Open one with Connect-LicenseServer, or pass one with -Session.' -Target $Cmdlet.MyInvocation.MyCommand.Name))
    }
    foreach ($one in $wanted) {
        if ($one.IsOpen) {
            $one
        }
        else {
            $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'SessionClosed' -Category ConnectionError `
                        -Message "The session with $($one.Server) was closed." `
                        -Action 'Open a new one with Connect-LicenseServer.' -Target $one.Server))
        }
    }
}
