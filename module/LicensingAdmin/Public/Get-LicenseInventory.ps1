function Get-LicenseInventory {
    <#
    .SYNOPSIS
        Lists what is installed and how much of it is in use, a row for each pool.

    .DESCRIPTION
        A pool is the increments of one feature that count together. All its seats are separate numbers:

        Installed       what the license files grant, without overdraft
        InUse           seats out, with overdraft and burst
        Overdraft       seats beyond the installed ones that may be given out; OverdraftInUse of them are. The table
                        shows both, such as 1/5.
        Burst           seats out beyond even the overdraft, which is allowed until BurstUntil
        Borrowed        how many of the seats in use are borrowed
        Reserved        seats that the options file keeps for somebody while they are not in use
        Queued          requests that wait for a seat
        Free            seats that anybody could have now, with overdraft

        A name without wildcards that no pool has is an error; a pattern without a match is not.

        With -Total there is one row for each feature and vendor: what its pools have together, and the first date on which
        seats of it expire. A feature with a pool that counts nothing is never used up: its Installed and Free are empty.

    .PARAMETER Total
        Adds the pools of each feature up.

    .PARAMETER CheckForSameSerialNumber
        Only pools with a serial number that another increment also carries.

    .PARAMETER Locale
        Language of the readable names; English unless given.

    .EXAMPLE
        Get-LicenseInventory

        Lists every pool of the default session's server.

    .EXAMPLE
        Get-LicenseInventory *_CCU | Where-Object { $_.PercentInUse -ge 90 }

        Lists the concurrent pools that are nearly out.

    .EXAMPLE
        Get-LicenseInventory | Where-Object OverdraftInUse | Format-Table Feature, Installed, InUse, OverdraftInUse

        Lists the pools with more seats out than were bought.

    .EXAMPLE
        Get-LicenseInventory -Total | Sort-Object PercentInUse -Descending | Select-Object -First 5

        Lists the five features that are used most.

    .INPUTS
        Objects with the properties Feature and Server.

    .OUTPUTS
        LicensingAdmin.InventoryRow; with -Total LicensingAdmin.FeatureTotal.

    .LINK
        Get-LicenseUsage

    .LINK
        Get-LicenseReservation

    .LINK
        Get-LicenseFile

    .LINK
        Get-LicInventory
    #>
    [CmdletBinding(DefaultParameterSetName = 'Pool')]
    [OutputType('LicensingAdmin.InventoryRow', ParameterSetName = 'Pool')]
    [OutputType('LicensingAdmin.FeatureTotal', ParameterSetName = 'Total')]
    [LicensingAdmin.SharedParameters('Feature', 'Vendor', 'Connection')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Total')]
        [switch] $Total,

        [Parameter(ParameterSetName = 'Pool')]
        [switch] $CheckForSameSerialNumber,

        [Parameter(ParameterSetName = 'Pool')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Locale
    )

    process {
        $operation = if ($Total) { 'GetFeatureTotals' } else { 'GetInventory' }
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation $operation -NameProperty 'Feature' -Noun 'feature' -NotFoundCode 'FeatureNotFound' `
            -NotFoundAction 'List all features with Get-LicenseInventory.'
    }
}
