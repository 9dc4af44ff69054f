function Install-LicenseRenewal {
    <#
    .SYNOPSIS
        Installs renewals.

    .DESCRIPTION
        Has the vendor make the license file of a renewal, and installs it in place of the one that it renews. Seats that are checked
        out stay checked out.

    .PARAMETER FulfillmentId
        Ids of renewals, as Get-LicenseRenewal shows them.

    .EXAMPLE
        Get-LicenseRenewal | Install-LicenseRenewal

        Installs all renewals.

    .EXAMPLE
        Get-LicenseRenewal -New | Install-LicenseRenewal -WhatIf

        Says which new renewals would be installed.

    .INPUTS
        Objects with the properties FulfillmentId and Server.

    .OUTPUTS
        LicensingAdmin.Allocation.

    .LINK
        Get-LicenseRenewal

    .LINK
        Set-LicenseRenewalOption
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Allocation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ValidateLength(1, 300)]
        [ArgumentCompleter([LicensingAdmin.RenewalCompleter])]
        [string[]] $FulfillmentId
    )

    process {
        foreach ($id in $FulfillmentId) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Install renewal $id")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'InstallRenewal' -Request @{ fulfillmentId = $id } -Target $id
            }
        }
    }
}
