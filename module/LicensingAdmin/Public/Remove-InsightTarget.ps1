function Remove-InsightTarget {
    <#
    .SYNOPSIS
        Removes targets of findings.

    .DESCRIPTION
        Nothing more is delivered to the address, and what waits for it is dropped.

    .PARAMETER Address
        Address of the target.

    .PARAMETER Organization
        Organization whose findings are delivered there; needed where those of several are.

    .EXAMPLE
        Remove-InsightTarget licensing@example.com -Organization Example -Confirm:$false

        Removes one without asking.

    .EXAMPLE
        Get-InsightTarget | Remove-InsightTarget -WhatIf

        Says which would be removed.

    .INPUTS
        Objects with the properties Address and Server.

    .OUTPUTS
        None.

    .LINK
        Get-InsightTarget

    .LINK
        New-InsightTarget

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Address,

        # Empty in rows of targets for all organizations.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [AllowEmptyString()]
        [ArgumentCompleter([LicensingAdmin.InsightOrganizationCompleter])]
        [object] $Organization
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Deliver nothing more to $Address")
        $request = @{ address = $Address; organization = $Organization ? $Organization : $null }
        if ($allowed) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightTarget' -Request $request -Target $Address
        }
    }
}
