function Remove-InsightPair {
    <#
    .SYNOPSIS
        Ends a disaster recovery pair.

    .DESCRIPTION
        The same licenses on both servers are a violation from then on.

    .PARAMETER First
        GUID of one server.

    .PARAMETER Second
        GUID of the other.

    .EXAMPLE
        Get-InsightPair | Remove-InsightPair -Confirm:$false

        Ends all pairs without asking.

    .EXAMPLE
        Get-InsightPair | Remove-InsightPair -WhatIf

        Says which pairs would end.

    .INPUTS
        Objects with the properties First, Second and Server.

    .OUTPUTS
        None.

    .LINK
        Get-InsightPair

    .LINK
        New-InsightPair

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
        [string] $First,

        [Parameter(Mandatory, Position = 1, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Second
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "End the disaster recovery pair of $First and $Second")
        if ($allowed) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightPair' -Request @{ first = $First; second = $Second } -Target $First
        }
    }
}
