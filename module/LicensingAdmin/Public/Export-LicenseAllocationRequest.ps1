function Export-LicenseAllocationRequest {
    <#
    .SYNOPSIS
        Writes a request file for a license server without a connection to the vendor.

    .DESCRIPTION
        Writes a file that asks for seats of an entitlement, signed by the server. The vendor answers it with a file for
        Import-LicenseAllocationAnswer. The access code does not stand in the file.

    .PARAMETER Path
        File to write; it must not exist. With several servers the name of each is added.

    .PARAMETER AccessCode
        Access code of the order, as the vendor gave it.

    .PARAMETER EntitlementId
        Id of the entitlement.

    .PARAMETER Count
        Number of seats.

    .PARAMETER HostIdType
        Type of the host ID that the license file is bound to, such as HOSTNAME or ETHERNET; that of the entitlement unless given.

    .PARAMETER HostId
        Value of the host ID; that of the server unless given.

    .EXAMPLE
        $code = Read-Host 'Access code' -AsSecureString
        Export-LicenseAllocationRequest ./seats.request.json -AccessCode $code -EntitlementId SO-4711-1 -Count 5

        Asks for five seats in a file.

    .EXAMPLE
        $code = Read-Host 'Access code' -AsSecureString
        Export-LicenseAllocationRequest ./seats.request.json -AccessCode $code -EntitlementId SO-4711-1 -Count 5 -WhatIf

        Says what would be asked for.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        System.IO.FileInfo.

    .LINK
        Import-LicenseAllocationAnswer

    .LINK
        New-LicenseAllocation
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [Parameter(Mandatory)]
        [ValidateNotNull()]
        [securestring] $AccessCode,

        [Parameter(Mandatory)]
        [ValidateNotNullOrWhiteSpace()]
        [ValidateLength(1, 300)]
        [string] $EntitlementId,

        [Parameter(Mandatory)]
        [int] $Count,

        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompletions('HOSTNAME', 'ETHERNET', 'INTERNET')]
        [string] $HostIdType,

        [ValidateNotNullOrWhiteSpace()]
        [string] $HostId
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Write a request for $Count seats of $EntitlementId to $file")
        Export-LicensingAnswer -Cmdlet $PSCmdlet -Session $allowed -Operation 'ExportAllocationRequest' -Path $file
    }
}
