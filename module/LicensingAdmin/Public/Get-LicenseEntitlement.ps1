function Get-LicenseEntitlement {
    <#
    .SYNOPSIS
        Lists what an access code owns.

    .DESCRIPTION
        Asks the vendor through the license server for the entitlements of an order: seats bought and still to be allocated. The rows
        carry the session in which New-LicenseAllocation can allocate them.

    .PARAMETER AccessCode
        Access code of the order, as the vendor gave it.

    .EXAMPLE
        $code = Read-Host 'Access code' -AsSecureString
        Get-LicenseEntitlement $code

        Shows the entitlements of an order.

    .EXAMPLE
        $code = Read-Host 'Access code' -AsSecureString
        Get-LicenseEntitlement $code | Where-Object ProductName -like 'Acme CAD*' | New-LicenseAllocation -Count 5

        Allocates five seats of a product to this server; they are served at once.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Entitlement.

    .LINK
        New-LicenseAllocation

    .LINK
        Get-LicenseAllocation
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Entitlement')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNull()]
        [securestring] $AccessCode
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetEntitlements' -Request @{ accessCode = $AccessCode }
    }
}
