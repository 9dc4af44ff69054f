function Get-LicenseAudit {
    <#
    .SYNOPSIS
        Lists what happened to seats, accounts and settings.

    .DESCRIPTION
        Lists the newest audit records, oldest first, from databases and sealed segments. Every checkout, checkin, denial and change
        has one. What was done to accounts and settings is listed under the vendor 'server'.

        Of each vendor the newest 1,000 are listed unless -Newest is given, also with -Since. A warning says of which vendors
        there may be more.

    .PARAMETER Since
        Only what happened since then: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m.

    .PARAMETER Until
        Only what happened until then, given like -Since.

    .PARAMETER Event
        Only these events, such as LeaseOpened, LeaseClosed, Denied or Administered; wildcards allowed.

    .PARAMETER Actor
        Only what was done on behalf of these accounts; wildcards allowed.

    .PARAMETER Newest
        Most records of each vendor, the newest, 1 to 100,000. 1,000 unless given.

    .EXAMPLE
        Get-LicenseAudit -Since 1d -Event Denied

        Lists the denials of a day.

    .EXAMPLE
        Get-LicenseAudit -Vendor server -Newest 20

        Lists the latest changes of administrators.

    .EXAMPLE
        Get-LicenseAudit CAD* -User alice -Since 30d | Format-Table At, Event, Feature, Host

        Shows when a user had which seats within a month.

    .INPUTS
        Objects with the properties Feature, User, Vendor and Server.

    .OUTPUTS
        LicensingAdmin.AuditRow.

    .LINK
        Test-LicenseAudit

    .LINK
        Get-LicenseUsageHistory
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.AuditRow')]
    [LicensingAdmin.SharedParameters('Feature', 'User', 'Vendor', 'Connection')]
    param(
        [LicensingAdmin.InstantTransformation()]
        [datetime] $Since,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Until,

        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompletions('LeaseOpened', 'LeaseClosed', 'LeaseLingers', 'Denied', 'PairAdded', 'PairReleased', 'BurstStarted', 'BurstEnded', 'PoolsReplaced', 'RulesReplaced', 'Administered', 'Started', 'Stopped', 'ClockJumped', 'StorageRecovered', 'SegmentSealed', 'SegmentRemoved')]
        [string[]] $Event,

        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [LicensingAdmin.AccountName()]
        [string[]] $Actor,

        [ValidateRange(1, 100000)]
        [int] $Newest
    )

    process {
        Invoke-LicensingNewestList -Cmdlet $PSCmdlet -Operation 'GetAudit' -Number Newest -Usual 1000 -Noun 'records' -SourceProperty Vendor -Action 'Give -Newest for more, or -Until for earlier ones.'
    }
}
