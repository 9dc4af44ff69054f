function Disconnect-InsightServer {
    <#
    .SYNOPSIS
        Closes sessions with Insight Services.

    .DESCRIPTION
        Closes the sessions that are named, the default ones when none is, or all. Their secrets are wiped from memory.

    .PARAMETER Session
        Sessions from Connect-InsightServer, or the names of their servers. Without it the default session is closed.

    .PARAMETER All
        Closes every session with Insight Services of this runspace.

    .EXAMPLE
        Disconnect-InsightServer

        Closes the default session.

    .EXAMPLE
        Disconnect-InsightServer -All

        Closes every session with Insight Services.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        None.

    .LINK
        Connect-InsightServer

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [ValidateNotNullOrEmpty()]
        [LicensingAdmin.SessionTransformation(Service = 'Insight')]
        [ArgumentCompleter([LicensingAdmin.InsightSessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session,

        [switch] $All
    )

    process {
        $list = [LicensingAdmin.SessionList]::Of('Insight')
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
