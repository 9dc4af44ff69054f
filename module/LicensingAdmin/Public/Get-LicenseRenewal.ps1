function Get-LicenseRenewal {
    <#
    .SYNOPSIS
        Lists the renewals that are offered for what is installed.

    .DESCRIPTION
        Lists the renewals that the vendor offers for the seats that were allocated to the server and are installed.

    .PARAMETER Expiring
        Only renewals of licenses that end within 90 days.

    .PARAMETER New
        Only renewals that were bought within the last 30 days.

    .EXAMPLE
        Get-LicenseRenewal

        Lists all renewals.

    .EXAMPLE
        Get-LicenseRenewal -Expiring | Install-LicenseRenewal

        Renews what ends within 90 days.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Renewal.

    .LINK
        Install-LicenseRenewal

    .LINK
        Get-LicenseRenewalOption
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Renewal')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [switch] $Expiring,

        [switch] $New
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetRenewals' -Request @{ expiring = [bool] $Expiring; new = [bool] $New }
    }
}
