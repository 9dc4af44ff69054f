# The seats that pass the filters of Revoke-License and are not borrowed. That there are none is reported.
function Find-LicensingSeat {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.LicensingSession] $Session
    )

    $request = [LicensingAdmin.Command]::Request($Cmdlet, 'GetUsage')
    if (-not ($request.Contains('feature') -or $request.Contains('user') -or $request.Contains('device'))) {
        $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidFilter' -Category InvalidArgument -Target $Cmdlet.MyInvocation.MyCommand.Name `
                    -Message 'No seat is named.' -Action 'Give -LeaseId, -Feature, -User or -Device; * means all.'))
    }
    $outcome = @{}
    $seats = @(
        Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $Session -Operation 'GetUsage' -Request $request -Outcome $outcome |
            Where-Object State -NE 'Borrowed'
    )
    $seats
    if ($seats.Count -eq 0 -and -not $outcome.ContainsKey('Failed')) {
        $what = @(foreach ($key in $request.Keys) { "$key $($request[$key] -join ', ')" }) -join ', '
        $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LeaseNotFound' -Category ObjectNotFound -Target $what `
                    -Message "There is no seat of $what at $($Session.Server) that a filter may revoke." -Action 'List the seats with Get-LicenseUsage; borrowed ones are revoked by their id.'))
    }
}
