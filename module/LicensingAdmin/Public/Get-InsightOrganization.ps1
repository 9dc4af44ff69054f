function Get-InsightOrganization {
    <#
    .SYNOPSIS
        Lists the organizations that use Insight Services.

    .DESCRIPTION
        License servers and accounts belong to an organization and see nothing of others. An operator sees all.

    .PARAMETER Name
        Names, wildcards allowed.

    .EXAMPLE
        Get-InsightOrganization

        Lists all organizations that you may see.

    .EXAMPLE
        Get-InsightOrganization | Where-Object Servers -eq 0

        Lists those without a license server.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightOrganization.

    .LINK
        New-InsightOrganization

    .LINK
        Get-InsightAccount

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightOrganization')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightOrganizationCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightOrganizations'
    }
}
