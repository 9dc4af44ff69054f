<#
.SYNOPSIS
    Writes checks in the output format of a monitoring system, with its exit code.

.DESCRIPTION
    Takes a row for each check and writes all of them as Nagios and Icinga, checkmk, PRTG or Zabbix read them. The exit code is the worst
    state: 0 when all is well, 1 for a warning, 2 when a check is critical, 3 when it is unknown. Test-SeatUsage.ps1,
    Test-LicenseHealth.ps1 and Find-ExpiringLicense.ps1 write through it; checks of your own can do so, too. It asks no server.

    A row has these properties. Only the first three are needed; Metric, Channel and Item are dictionaries.

    Name     What is checked; each name once.
    State    0, 1, 2 or 3.
    Detail   What was seen, in words.
    Metric   Figure for graphs: Name, Value, Minimum, Maximum, Warning and Critical; Low when small figures are the bad ones.
    Channel  Channel of PRTG, if it is not the state: Value, Unit, Warning, Critical, Low.
    Item     Fields of Zabbix before state and detail; the name unless given.

.PARAMETER Check
    The rows.

.PARAMETER Format
    Nagios: one line of a plug-in for Nagios or Icinga, with performance data. Checkmk: a line for each row as a local check.
    Prtg: the JSON of a custom sensor. Zabbix: JSON for dependent items.

.PARAMETER Service
    What the rows are about, in one word. Nagios shows it first; checkmk before the name of each row.

.PARAMETER Summary
    What is said where all rows are well.

.PARAMETER Problem
    Why nothing could be checked. Without rows, and the state is unknown.

.EXAMPLE
    [pscustomobject]@{ Name = 'Mail'; State = 0; Detail = 'taken' } | ./ConvertTo-MonitoringOutput.ps1 -Format Nagios -Service Relay

.EXAMPLE
    ./ConvertTo-MonitoringOutput.ps1 -Format Checkmk -Service Licenses -Problem 'The server does not answer.'
#>
[CmdletBinding(DefaultParameterSetName = 'Check')]
[OutputType([string])]
param(
    [Parameter(ValueFromPipeline, ParameterSetName = 'Check')] [psobject] $Check,
    [Parameter(Mandatory)] [ValidateSet('Nagios', 'Checkmk', 'Prtg', 'Zabbix')] [string] $Format,
    [Parameter(Mandatory)] [ValidatePattern('^\w+$')] [string] $Service,
    [Parameter(ParameterSetName = 'Check')] [ValidateNotNullOrWhiteSpace()] [string] $Summary = 'all checks passed',
    [Parameter(Mandatory, ParameterSetName = 'Problem')] [AllowEmptyString()] [string] $Problem
)

begin {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $words = 'OK', 'WARNING', 'CRITICAL', 'UNKNOWN'
    $rows = [System.Collections.Generic.List[object]]::new()

    # A part of a row that may be missing.
    function Get-Part([object] $Row, [string] $Name) {
        $part = $Row.PSObject.Properties[$Name]
        if ($part) { $part.Value }
    }

    # One line without what separates text from figures.
    function Format-Line([string] $Text) {
        ($Text -replace '\s+', ' ' -replace '\|', '/').Trim()
    }

    # Figures are read by programs: they have a point in every culture. Nothing where there is none.
    function Format-Figure([object] $Figure) {
        if ($null -ne $Figure) { ([double] $Figure).ToString([cultureinfo]::InvariantCulture) } else { '' }
    }

    # value;warning;critical;minimum;maximum, without separators at the end. What is bad from a threshold downwards is a range that
    # begins behind it.
    function Format-Metric([System.Collections.IDictionary] $Metric, [bool] $HasRange) {
        $limits = 'Warning', 'Critical' | ForEach-Object {
            if (-not $Metric['Low']) { Format-Figure $Metric[$_] }
            elseif ($HasRange -and $null -ne $Metric[$_]) { "$(Format-Figure ($Metric[$_] + 1)):" }
            else { '' }
        }
        (@(Format-Figure $Metric['Value']) + $limits + (Format-Figure $Metric['Minimum']) + (Format-Figure $Metric['Maximum']) -join ';').TrimEnd(';')
    }

    function ConvertTo-Nagios([string] $Text) {
        $figures = foreach ($row in $rows) {
            if ($metric = Get-Part $row 'Metric') { "'$(Format-Line $row.Name.Replace("'", "''"))'=$(Format-Metric $metric $true)" }
        }
        "$($Service.ToUpperInvariant()) $($words[$worst]) - $Text$(if ($figures) { " | $($figures -join ' ')" })"
    }

    function ConvertTo-Checkmk {
        foreach ($row in $rows) {
            $metric = Get-Part $row 'Metric'
            $figures = if ($metric) { "$($metric['Name'])=$(Format-Metric $metric $false)" } else { '-' }
            "$($row.State) `"$Service $(Format-Line $row.Name.Replace('"', ''))`" $figures $(Format-Line $row.Detail)"
        }
    }

    function ConvertTo-Prtg([string] $Text) {
        $channels = foreach ($row in $rows) {
            # A state is a warning above 0.5 and an error above 1.5.
            $channel = (Get-Part $row 'Channel') ?? @{ Value = $row.State; Warning = 0.5; Critical = 1.5 }
            $side = if ($channel['Low']) { 'limitmin' } else { 'limitmax' }
            $fields = [ordered]@{ channel = $row.Name; value = $channel['Value']; float = 1 }
            if ($channel['Unit'] -eq 'Percent') { $fields['unit'] = 'Percent' }
            elseif ($channel['Unit']) { $fields['unit'] = 'Custom'; $fields['customunit'] = $channel['Unit'] }
            $fields['limitmode'] = 1
            $fields["${side}warning"] = $channel['Warning']
            $fields["${side}error"] = $channel['Critical']
            $fields
        }
        # No more than the system shows.
        $shown = "$($words[$worst]): $Text"
        [ordered]@{ prtg = [ordered]@{ result = @($channels); text = $shown.Substring(0, [math]::Min(2000, $shown.Length)) } } | ConvertTo-Json -Depth 5 -Compress
    }

    function ConvertTo-Zabbix {
        $data = foreach ($row in $rows) {
            $fields = [ordered]@{}
            $item = (Get-Part $row 'Item') ?? [ordered]@{ '{#NAME}' = $row.Name }
            foreach ($key in $item.Keys) { $fields[$key] = $item[$key] }
            $fields['state'] = $row.State
            $fields['detail'] = $row.Detail
            $fields
        }
        [ordered]@{ data = @($data) } | ConvertTo-Json -Depth 5 -Compress
    }
}

process {
    if ($PSCmdlet.ParameterSetName -eq 'Check' -and $null -ne $Check) {
        $rows.Add($Check)
    }
}

end {
    if ($PSCmdlet.ParameterSetName -eq 'Problem') {
        $worst = 3
        switch ($Format) {
            'Nagios' { ConvertTo-Nagios (Format-Line $Problem) }
            'Checkmk' { "3 `"$Service`" - $(Format-Line $Problem)" }
            'Prtg' { @{ prtg = [ordered]@{ error = 1; text = $Problem } } | ConvertTo-Json -Compress }
            'Zabbix' { [ordered]@{ error = $Problem; data = @() } | ConvertTo-Json -Compress }
        }
        exit $worst
    }
    # What is critical is worse than what is unknown.
    $states = @($rows | ForEach-Object { $_.State })
    $worst = @(2, 3, 1 | Where-Object { $_ -in $states }) + 0 | Select-Object -First 1
    $bad = @($rows | Where-Object State -NE 0 | ForEach-Object { Format-Line "$($_.Name): $($_.Detail)" })
    $text = if ($bad) { $bad -join ', ' } else { $Summary }
    switch ($Format) {
        'Nagios' { ConvertTo-Nagios $text }
        'Checkmk' { ConvertTo-Checkmk }
        'Prtg' { ConvertTo-Prtg $text }
        'Zabbix' { ConvertTo-Zabbix }
    }
    exit $worst
}
