function New-InsightAccount {
    <#
    .SYNOPSIS
        Adds an account of Insight Services and shows its token this once.

    .DESCRIPTION
        The property Secret is a SecureString that Connect-InsightServer -Token takes; no other command shows it. Accounts
        belong to your organization, or to the one that an operator names.

    .PARAMETER Name
        Its name, 1 to 128 bytes; no other account may have it.

    .PARAMETER Operator
        Adds an operator, who belongs to no organization and sees all. Only operators may.

    .PARAMETER Permission
        Full or ReadOnly; ReadOnly unless given.

    .EXAMPLE
        $account = New-InsightAccount ann -Organization Example -Permission Full
        $account.Secret | ConvertFrom-SecureString -AsPlainText

        Adds an account and shows its token, to pass it on.

    .EXAMPLE
        New-InsightAccount monitoring -Organization Example -WhatIf

        Says what would be added.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        LicensingAdmin.AddedInsightAccount.

    .LINK
        Get-InsightAccount

    .LINK
        Remove-InsightAccount

    .LINK
        Connect-InsightServer

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.AddedInsightAccount')]
    [LicensingAdmin.SharedParameters('Organization', 'Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string] $Name,

        [switch] $Operator,

        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission = 'ReadOnly'
    )

    process {
        $whose = if ($Operator) { 'operator, sees all organizations' } elseif ($Organization) { "organization $Organization" } else { 'your organization' }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Add account $Name ($Permission, $whose)")
        $request = @{ name = $Name; organization = $Organization ? $Organization : $null; operator = $Operator; permissions = $Permission }
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewInsightAccount' -Request $request -Target $Name
        }
    }
}
