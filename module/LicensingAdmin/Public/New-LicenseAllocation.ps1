function New-LicenseAllocation {
    <#
    .SYNOPSIS
        Allocates seats of an entitlement to a license server.

    .DESCRIPTION
        Has the vendor make a license file of so many seats for the server, and installs it. Seats can be allocated in parts. A
        request whose answer got lost is finished by the server itself; with the same -RequestId it is never carried out twice.

    .PARAMETER EntitlementId
        Ids of entitlements, from Get-LicenseEntitlement.

    .PARAMETER SessionId
        Session of the list that showed the entitlement.

    .PARAMETER Count
        Number of seats.

    .PARAMETER HostIdType
        Type of the host ID that the license file is bound to, such as HOSTNAME or ETHERNET; that of the entitlement unless given.

    .PARAMETER HostId
        Value of the host ID; that of the server unless given.

    .PARAMETER RequestId
        GUID of the request; a new one unless given.

    .EXAMPLE
        New-LicenseAllocation SO-4711-1 -SessionId SES-0123456789 -Count 5

        Allocates five seats.

    .EXAMPLE
        $code = Read-Host 'Access code' -AsSecureString
        Get-LicenseEntitlement $code | New-LicenseAllocation -Count 5

        Allocates five seats of each entitlement of an order.

    .INPUTS
        Objects with the properties EntitlementId, SessionId and Server.

    .OUTPUTS
        LicensingAdmin.Allocation.

    .LINK
        Get-LicenseEntitlement

    .LINK
        Get-LicenseAllocation

    .LINK
        Remove-LicenseAllocation

    .LINK
        Export-LicenseAllocationRequest
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Allocation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ValidateLength(1, 300)]
        [string] $EntitlementId,

        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ValidateLength(1, 300)]
        [string] $SessionId,

        [Parameter(Mandatory)]
        [int] $Count,

        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompletions('HOSTNAME', 'ETHERNET', 'INTERNET')]
        [string] $HostIdType,

        [ValidateNotNullOrWhiteSpace()]
        [string] $HostId,

        [guid] $RequestId
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Allocate $Count seats of $EntitlementId")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewAllocation' -Target $EntitlementId
        }
    }
}
