function Get-InsightServer {
    <#
    .SYNOPSIS
        Lists the license servers that are registered with Insight Services.

    .DESCRIPTION
        Lists the servers of your organization, or of all organizations for an operator, with the time of their last upload.

    .PARAMETER Name
        Host names or GUIDs, wildcards allowed.

    .EXAMPLE
        Get-InsightServer

        Lists all servers that you may see.

    .EXAMPLE
        Get-InsightServer | Where-Object LastUpload -lt (Get-Date).AddDays(-2)

        Lists servers that have been silent for two days.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightServer.

    .LINK
        New-InsightRegistration

    .LINK
        Get-InsightUpload

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightServer')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightServers'
    }
}
