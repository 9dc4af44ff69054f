function Revoke-License {
    <#
    .SYNOPSIS
        Takes seats back from those who hold them.

    .DESCRIPTION
        Ends seats by id, usually from Get-LicenseUsage, or all that fit the filters. All seats from the pipeline are
        taken back at once, in one step for each server. A seat that is assigned to a user or device ends with the
        sessions on it, before its period is over. Products hear of it with their next heartbeat. Asks before each
        unless -Confirm:$false is given.

        A borrowed seat is taken back by its id only, never by a filter: its product goes on with it until the end of
        the time it was borrowed for, so that the seat may be used twice. From the pipeline every seat comes by its
        id; leave borrowed ones out with Where-Object State -ne Borrowed.

    .PARAMETER LeaseId
        Ids of seats, as Get-LicenseUsage shows them.

    .PARAMETER Feature
        Seats of this feature; the wildcards * and ? are allowed.

    .PARAMETER User
        Seats of this user; the wildcards * and ? are allowed.

    .PARAMETER Device
        Seats of this device; the wildcards * and ? are allowed.

    .PARAMETER PassThru
        Returns the seats as they were.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseUsage -User alice | Revoke-License -WhatIf

        Says which seats would be taken back, each from the server it is on.

    .EXAMPLE
        Revoke-License -Device 'lab-*' -Confirm:$false -PassThru

        Takes all seats of a row of devices back and lists them.

    .INPUTS
        Objects with the properties LeaseId and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.UsageRow.

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Lease')]
    [OutputType('LicensingAdmin.UsageRow')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName, ParameterSetName = 'Lease')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LeaseId,

        [Parameter(ParameterSetName = 'Filter')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string] $Feature,

        [Parameter(ParameterSetName = 'Filter')]
        [SupportsWildcards()]
        [string] $User,

        [Parameter(ParameterSetName = 'Filter')]
        [SupportsWildcards()]
        [string] $Device,

        [switch] $PassThru,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    begin {
        $ids = [ordered]@{}
        $sessionOf = @{}
    }

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        if ($PSCmdlet.ParameterSetName -eq 'Filter') {
            $request = @{
                feature = if ($Feature) { $Feature } else { $null }
                user    = if ($User) { $User } else { $null }
                device  = if ($Device) { $Device } else { $null }
            }
            $what = ($request.GetEnumerator() | Where-Object Value | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Value)" }) -join ', '
            $allowed = @($sessions | Where-Object { $PSCmdlet.ShouldProcess($_.Server, "Take back the seats of $what") })
            if ($allowed.Count -gt 0) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RevokeLeases' -Request $request -Target $what |
                    Where-Object { $PassThru }
            }
            return
        }
        foreach ($one in $sessions) {
            foreach ($id in $LeaseId) {
                if ($PSCmdlet.ShouldProcess($one.Server, "Take back seat $id")) {
                    if (-not $ids.Contains($one.Server)) {
                        $ids[$one.Server] = [System.Collections.Generic.List[string]]::new()
                        $sessionOf[$one.Server] = $one
                    }
                    $ids[$one.Server].Add($id)
                }
            }
        }
    }

    end {
        foreach ($name in $ids.Keys) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessionOf[$name] -Operation 'RevokeLeases' -Request @{ leaseIds = $ids[$name].ToArray() } |
                Where-Object { $PassThru }
        }
    }
}
