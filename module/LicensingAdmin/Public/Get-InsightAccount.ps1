function Get-InsightAccount {
    <#
    .SYNOPSIS
        Lists the accounts that may use Insight Services.

    .DESCRIPTION
        Lists the accounts of your organization, or all for an operator. An account without an organization is one of an
        operator, who sees all.

    .PARAMETER Name
        Names, wildcards allowed.

    .EXAMPLE
        Get-InsightAccount

        Lists all accounts that you may see.

    .EXAMPLE
        Get-InsightAccount | Where-Object { -not $_.Organization }

        Lists the operators.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.InsightAccount.

    .LINK
        New-InsightAccount

    .LINK
        Remove-InsightAccount

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightAccount')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightAccountCompleter])]
        [LicensingAdmin.AccountName()]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetInsightAccounts'
    }
}
