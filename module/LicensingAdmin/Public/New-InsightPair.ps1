function New-InsightPair {
    <#
    .SYNOPSIS
        Declares that two license servers are a disaster recovery pair.

    .DESCRIPTION
        The servers may have the same licenses installed. When both give out seats at the same time it is an alert, no
        violation. Both belong to one organization.

    .PARAMETER First
        GUID of one server.

    .PARAMETER Second
        GUID of the other.

    .EXAMPLE
        $main, $standby = (Get-InsightServer).ServerGuid
        New-InsightPair $main $standby

        Declares the two servers of a small site.

    .EXAMPLE
        $pair = Get-InsightServer | Select-Object -First 2
        New-InsightPair -First $pair[0].ServerGuid -Second $pair[1].ServerGuid -WhatIf

        Says what would be declared.

    .INPUTS
        Objects with the properties First, Second and Server.

    .OUTPUTS
        LicensingAdmin.InsightPair.

    .LINK
        Get-InsightPair

    .LINK
        Remove-InsightPair

    .LINK
        Set-LicenseManagementService

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.InsightPair')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string] $First,

        [Parameter(Mandatory, Position = 1, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Second
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Declare $First and $Second a disaster recovery pair")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewInsightPair' -Request @{ first = $First; second = $Second } -Target $First
        }
    }
}
