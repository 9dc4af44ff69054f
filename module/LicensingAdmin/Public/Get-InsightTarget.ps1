function Get-InsightTarget {
    <#
    .SYNOPSIS
        Lists where findings are delivered to.

    .DESCRIPTION
        A target gets a message when a finding is opened, reopened or resolved. Lists those of your organization, or all for an
        operator. Secrets of webhooks are not shown.

    .EXAMPLE
        Get-InsightTarget

        Lists all targets that you may see.

    .EXAMPLE
        Get-InsightTarget | Where-Object Kind -eq Webhook

        Lists the webhooks.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightTarget.

    .LINK
        New-InsightTarget

    .LINK
        Remove-InsightTarget

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightTarget')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightTargets'
    }
}
