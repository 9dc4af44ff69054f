# The seats with these ids. An id that the server does not have is reported.
function Get-LicensingSeat {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.LicensingSession] $Session,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.List[string]] $LeaseId
    )

    # The ids stand in the address of the request, which has an end.
    $most = 100
    $outcome = @{}
    $found = @(
        for ($from = 0; $from -lt $LeaseId.Count; $from += $most) {
            $some = $LeaseId.GetRange($from, [math]::Min($most, $LeaseId.Count - $from))
            Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $Session -Operation 'GetUsage' -Request @{ leaseIds = $some } -Outcome $outcome
        }
    )
    $found
    if (-not $outcome.ContainsKey('Failed')) {
        Write-LicensingSeatNotFound -Cmdlet $Cmdlet -Server $Session.Server -Wanted $LeaseId -Found $found
    }
}
