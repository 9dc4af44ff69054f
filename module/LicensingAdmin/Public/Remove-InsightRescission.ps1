function Remove-InsightRescission {
    <#
    .SYNOPSIS
        Withdraws rescissions of serial numbers.

    .DESCRIPTION
        Findings about the serial number resolve. The rescission stays in the list with the time at which it was withdrawn. Only
        operators may.

    .PARAMETER SerialNumber
        Serial numbers.

    .PARAMETER Vendor
        Vendor; every vendor's number unless given.

    .EXAMPLE
        Remove-InsightRescission ACME-4711 -Confirm:$false

        Withdraws one without asking.

    .EXAMPLE
        Get-InsightRescission ACME-* | Where-Object { -not $_.Withdrawn } | Remove-InsightRescission -WhatIf

        Says which would be withdrawn.

    .INPUTS
        Objects with the properties SerialNumber and Server.

    .OUTPUTS
        LicensingAdmin.InsightRescission.

    .LINK
        Get-InsightRescission

    .LINK
        Import-InsightRescission

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.InsightRescission')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $SerialNumber,

        # Empty in rows for any vendor, which names just those.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [AllowEmptyString()]
        [object] $Vendor
    )

    process {
        foreach ($serial in $SerialNumber) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Withdraw the rescission of serial number $serial")
            $request = @{ serialNumber = $serial; vendor = $Vendor }
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveInsightRescission' -Request $request -Target $serial
            }
        }
    }
}
