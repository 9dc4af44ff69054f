function Remove-LicenseAllocation {
    <#
    .SYNOPSIS
        Returns the seats of an allocation to the vendor.

    .DESCRIPTION
        Removes the license file of an allocation and gives the vendor the proof of it, which the server has signed. The seats can be
        allocated again then, also to another server. Without a connection to the vendor the proof is written into a file.

    .PARAMETER FulfillmentId
        Ids of allocations, as Get-LicenseAllocation shows them.

    .PARAMETER ProofPath
        Writes the proof into this folder, which is made where it is missing, and does not send it.

    .EXAMPLE
        Remove-LicenseAllocation FID-0123456789 -Confirm:$false

        Returns one allocation without asking.

    .EXAMPLE
        Get-LicenseAllocation -State Installed | Remove-LicenseAllocation -WhatIf

        Says which allocations would be returned.

    .INPUTS
        Objects with the properties FulfillmentId and Server.

    .OUTPUTS
        LicensingAdmin.ReturnedAllocation.

    .LINK
        Get-LicenseAllocation

    .LINK
        New-LicenseAllocation
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.ReturnedAllocation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ValidateLength(1, 300)]
        [ArgumentCompleter([LicensingAdmin.AllocationCompleter])]
        [string[]] $FulfillmentId,

        [ValidateNotNullOrWhiteSpace()]
        [string] $ProofPath
    )

    process {
        $folder = if ($ProofPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ProofPath) }
        foreach ($id in $FulfillmentId) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove the license file of allocation $id and return its seats")
            if (-not $allowed) {
                continue
            }
            # Before the license file goes: the proof must have a place.
            if ($folder -and -not (New-LicensingFolder -Cmdlet $PSCmdlet -Path $folder)) {
                return
            }
            $request = @{ fulfillmentId = $id; offline = $PSBoundParameters.ContainsKey('ProofPath') }
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ReturnAllocation' -Request $request -Target $id | ForEach-Object {
                if ($folder) {
                    $name = [System.IO.Path]::GetFileName($_.ProofFileName)
                    $null = Write-LicensingFile -Cmdlet $PSCmdlet -Path (Join-Path $folder $name) -Content $_.Proof
                }
                $_
            }
        }
    }
}
