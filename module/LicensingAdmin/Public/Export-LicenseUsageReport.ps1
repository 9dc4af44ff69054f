function Export-LicenseUsageReport {
    <#
    .SYNOPSIS
        Writes a report of the use of seats as CSV, JSON, or a page with charts.

    .DESCRIPTION
        Writes the history of use of a period into a file. The page of HTML stands alone: it loads nothing, runs no script, and has a
        table over all features with the forecast of each, and a chart for each feature that shows seats in use, seats
        installed, overdraft and denials. CSV and JSON hold the same rows.

    .PARAMETER Path
        The file. It must not exist unless -Force is given. With several servers the name of each is added.

    .PARAMETER Feature
        Only these features (product_edition_model), wildcards allowed.

    .PARAMETER Format
        Csv, Json or Html. Follows from the ending of -Path unless given: .csv, .json, .html or .htm.

    .PARAMETER Since
        Begin: a date, the TimeSpan that has passed since, or words such as 7d, 12h or 30m. 30 days before the end unless given.

    .PARAMETER Until
        End, given like -Since. Now unless given.

    .PARAMETER Last
        How far back from the end it begins, in place of -Since: a TimeSpan, or words such as 30d or 12h.

    .PARAMETER By
        How long each row is: Hour, Day or Month. Day unless given.

    .PARAMETER Force
        Replaces the file if it exists.

    .EXAMPLE
        Export-LicenseUsageReport ./usage.html -Last 90d

        Writes a page with charts of the last 90 days.

    .EXAMPLE
        Export-LicenseUsageReport ./usage.csv -Feature CAD* -By Month -Since (Get-Date).AddYears(-1) -Force

        Writes the months of a year of some features for a spreadsheet.

    .INPUTS
        None.

    .OUTPUTS
        System.IO.FileInfo.

    .LINK
        Get-LicenseUsageHistory

    .LINK
        Get-LicenseForecast
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Since')]
    [OutputType([System.IO.FileInfo])]
    [LicensingAdmin.SharedParameters('Feature', 'Vendor', 'Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [ValidateSet('Csv', 'Json', 'Html')]
        [string] $Format,

        [Parameter(ParameterSetName = 'Since')]
        [LicensingAdmin.InstantTransformation()]
        [datetime] $Since,

        [LicensingAdmin.InstantTransformation()]
        [datetime] $Until,

        [Parameter(Mandatory, ParameterSetName = 'Last')]
        [LicensingAdmin.DurationTransformation()]
        [timespan] $Last,

        [ValidateSet('Hour', 'Day', 'Month')]
        [string] $By,

        [switch] $Force
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        # Not $Format itself: what may be assigned to it is checked, and no format is none of its values.
        $written = if ($Format) {
            $Format
        }
        else {
            switch ([System.IO.Path]::GetExtension($file)) {
                '.csv' { 'Csv' }
                '.json' { 'Json' }
                { $_ -in '.html', '.htm' } { 'Html' }
            }
        }
        if (-not $written) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidFilter' -Category InvalidArgument -Target $file `
                        -Message "The ending of '$file' names no format." -Action 'Write .csv, .json or .html, or give -Format.'))
            return
        }
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'ExportUsageReport')
        $request['format'] = $written
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Export a report of the use of seats to $file")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ExportUsageReport' -Request $request -Target $file |
                ForEach-Object {
                    foreach ($one in $_.Missing) {
                        $PSCmdlet.WriteWarning("The report is not complete. $one")
                    }
                    $target = $file
                    if ($allowed.Count -gt 1) {
                        $target = Get-LicensingServerPath -Path $file -Server $_.Server
                    }
                    if (Write-LicensingFile -Cmdlet $PSCmdlet -Path $target -Content $_.Content -New:(-not $Force) -ExistsAction 'Choose another name, or give -Force.') {
                        Get-Item -LiteralPath $target
                    }
                }
        }
    }
}
