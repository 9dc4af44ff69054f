function Remove-InsightServer {
    <#
    .SYNOPSIS
        Removes the registration of license servers.

    .DESCRIPTION
        Uploads of the server are refused from then on; those that are stored stay until their time is over, but no finding is made
        from them any more: what was found about the server is resolved. The server can be registered again with a new code.

    .PARAMETER ServerGuid
        GUIDs of the servers.

    .EXAMPLE
        Get-InsightServer old-server.example.com | Remove-InsightServer -Confirm:$false

        Removes one server without asking.

    .EXAMPLE
        Get-InsightServer | Where-Object LastUpload -lt (Get-Date).AddYears(-1) | Remove-InsightServer -WhatIf

        Says which servers would be removed because they were silent for a year.

    .INPUTS
        Objects with the properties ServerGuid and Server.

    .OUTPUTS
        None.

    .LINK
        Get-InsightServer

    .LINK
        New-InsightRegistration

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $ServerGuid
    )

    process {
        foreach ($guid in $ServerGuid) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove the registration of server $guid; its uploads are refused from then on")
            if ($allowed) {
                $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightServer' -Request @{ serverGuid = $guid } -Target $guid
            }
        }
    }
}
