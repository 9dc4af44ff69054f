function Get-LicenseServer {
    <#
    .SYNOPSIS
        Shows version, set-up and vendor daemons of the license server.

    .DESCRIPTION
        Shows what the server is, since when it runs, on which ports it listens, what each of its vendor daemons is
        doing, and what the caller may do.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseServer

        Shows the server of the default session.

    .EXAMPLE
        (Get-LicenseServer).VendorDaemons | Where-Object State -ne Running

        Lists the vendor daemons that are not serving.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ServerInfo, with VendorDaemons as LicensingAdmin.VendorDaemon.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicenseAlert

    .LINK
        Get-LicServerInfo
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ServerInfo')]
    param(
        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetServerInfo'
    }
}
