function Get-LicenseAllocation {
    <#
    .SYNOPSIS
        Lists the allocations of a license server.

    .DESCRIPTION
        Lists the seats that were allocated to the server, the latest first, and where each allocation stands.

    .PARAMETER State
        Only those that stand there.

    .EXAMPLE
        Get-LicenseAllocation

        Lists all allocations.

    .EXAMPLE
        Get-LicenseAllocation -State Pending

        Lists those whose answer is not known yet.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Allocation.

    .LINK
        New-LicenseAllocation

    .LINK
        Remove-LicenseAllocation
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Allocation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [ValidateSet('Pending', 'Exported', 'Installed', 'ReturnPending', 'Returned', 'Renewed')]
        [string] $State
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetAllocations'
    }
}
