function Revoke-License {
    <#
    .SYNOPSIS
        Revokes seats from those who hold them.

    .DESCRIPTION
        Ends seats by id, usually from Get-LicenseUsage, or all that fit the filters. All seats from the pipeline are
        revoked at once, in one step for each server. A seat that is assigned to a user or device ends with the
        sessions on it, before its period is over. Products hear of it with their next heartbeat. Asks before each
        unless -Confirm:$false is given; -WhatIf and the question name server, feature, user, device and number of seats.

        At least one id, feature, user or device has to be named; a blank one is an error. That nothing is there to be
        revoked is an error too.

        A borrowed seat is revoked by its id only, never by a filter: its product goes on with it until the end of
        the time it was borrowed for, so that the seat may be used twice. From the pipeline every seat comes by its
        id; leave borrowed ones out with Where-Object State -ne Borrowed.

    .PARAMETER LeaseId
        Ids of seats, as Get-LicenseUsage shows them.

    .PARAMETER Feature
        Seats of these features, wildcards allowed.

    .PARAMETER User
        Seats of these users, wildcards allowed.

    .PARAMETER Device
        Seats of these devices, wildcards allowed.

    .PARAMETER Vendor
        Only seats of these vendors, wildcards allowed.

    .PARAMETER PassThru
        Returns the seats as they were.

    .EXAMPLE
        Get-LicenseUsage -User alice | Revoke-License -WhatIf

        Says which seats would be revoked, each at the server it is on.

    .EXAMPLE
        Revoke-License -Device 'lab-*' -Confirm:$false -PassThru

        Revokes all seats of a row of devices and lists them.

    .EXAMPLE
        Import-Csv ./leavers.csv | Revoke-License -WhatIf

        Says which seats of the users in the column User of a table would be revoked.

    .INPUTS
        Objects with the properties LeaseId and Server, or Feature, User, Device, Vendor and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.UsageRow.

    .LINK
        Get-LicenseUsage
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.UsageRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.LeaseIdCompleter])]
        [string[]] $LeaseId,

        # Not validated here: a seat from the pipeline has a user or a device that is empty, and an id that counts.
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.UserCompleter])]
        [string[]] $User,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.DeviceCompleter])]
        [string[]] $Device,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string[]] $Vendor,

        [switch] $PassThru
    )

    begin {
        $seats = [ordered]@{}
        $ids = [ordered]@{}
    }

    process {
        foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
            $seats[$connection] ??= [System.Collections.Generic.List[object]]::new()
            $ids[$connection] ??= [System.Collections.Generic.List[string]]::new()
            if (-not $LeaseId) {
                $seats[$connection].AddRange(@(Find-LicensingSeat -Cmdlet $PSCmdlet -Session $connection))
            }
            elseif ($null -ne $_ -and $_.PSTypeNames -contains 'LicensingAdmin.UsageRow') {
                $seats[$connection].Add($_)
            }
            else {
                $ids[$connection].AddRange($LeaseId)
            }
        }
    }

    end {
        foreach ($connection in $seats.Keys) {
            $seats[$connection].AddRange(@(Get-LicensingSeat -Cmdlet $PSCmdlet -Session $connection -LeaseId $ids[$connection]))
            $allowed = @(
                foreach ($seat in $seats[$connection]) {
                    if ($PSCmdlet.ShouldProcess($connection.Server, "Revoke $(Format-LicensingSeat $seat)")) {
                        $seat.LeaseId
                    }
                }
            )
            if ($allowed.Count -eq 0) {
                continue
            }
            $outcome = @{}
            $revoked = @(Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'RevokeLeases' -Request @{ leaseIds = $allowed } -Outcome $outcome)
            if (-not $outcome.ContainsKey('Failed')) {
                Write-LicensingSeatNotFound -Cmdlet $PSCmdlet -Server $connection.Server -Wanted $allowed -Found $revoked
            }
            if ($PassThru) {
                $revoked
            }
        }
    }
}
