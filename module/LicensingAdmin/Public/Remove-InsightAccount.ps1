function Remove-InsightAccount {
    <#
    .SYNOPSIS
        Removes accounts of Insight Services.

    .DESCRIPTION
        Their tokens are of no use from then on. Nobody removes the account that they use.

    .PARAMETER Name
        Names.

    .EXAMPLE
        Remove-InsightAccount bob -Confirm:$false

        Removes one without asking.

    .EXAMPLE
        Get-InsightAccount | Where-Object Organization -eq Example | Remove-InsightAccount -WhatIf

        Says which would be removed.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        None.

    .LINK
        Get-InsightAccount

    .LINK
        New-InsightAccount

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightAccountCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string[]] $Name
    )

    process {
        foreach ($one in $Name) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove account $one")
            if ($allowed) {
                $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightAccount' -Request @{ name = $one } -Target $one
            }
        }
    }
}
