function Disconnect-LicenseServer {
    <#
    .SYNOPSIS
        Closes sessions with license servers.

    .DESCRIPTION
        Closes the sessions that are named, the default ones when none is, or all. Their secrets are wiped from
        memory.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers. Without it the default session is
        closed.

    .PARAMETER All
        Closes every session of this runspace.

    .EXAMPLE
        Disconnect-LicenseServer

        Closes the default session.

    .EXAMPLE
        Disconnect-LicenseServer lic1.example.net

        Closes the session with one server.

    .EXAMPLE
        Disconnect-LicenseServer -All

        Closes every session.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        None.

    .LINK
        Connect-LicenseServer

    .LINK
        about_Licensing_Sessions
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [ValidateNotNullOrEmpty()]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session,

        [switch] $All
    )

    process {
        $list = [LicensingAdmin.SessionList]::Current
        $closing = if ($All) { $list.Open } elseif ($Session) { $Session } else { $list.Default }
        foreach ($one in $closing) {
            if ($one.IsKnown) {
                $list.Close($one)
            }
            else {
                $PSCmdlet.WriteError($one.WhyNotUsable().ToErrorRecord($one.Server))
            }
        }
    }
}
