# Takes the rows of tasks as they come. Waits in short slices, so that Ctrl-C is answered at once; whoever calls it
# disposes the tasks, which cancels those under way.
function Receive-LicensingTask {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.List[LicensingAdmin.LicensingTask]] $Task,
        [AllowNull()] [object] $Target,
        [string[]] $Ignore = @(),
        [hashtable] $Outcome = @{}
    )

    $longestSlice = 100
    $progressAfter = [timespan]::FromMilliseconds(700)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $shown = $null
    $open = @($Task)
    $slice = [math]::Max(10, [int]($longestSlice / [math]::Max(1, $open.Count)))
    try {
        while ($open.Count -gt 0) {
            foreach ($one in $open) {
                $report = $one.Next($slice)
                $report.Rows
                # Rows of the others have come; each problem is about what it names.
                foreach ($problem in $report.Problems) {
                    Write-LicensingProblem -Cmdlet $Cmdlet -Outcome $Outcome -Problem $problem -Session $one.Session -NameServer:($Task.Count -gt 1)
                }
                switch ($report.Kind) {
                    'Rows' { }
                    'Failed' {
                        # Where no part of a list answered, each is an error of its own.
                        $problems = if ($report.Problem.Problems) { $report.Problem.Problems } else { $report.Problem }
                        foreach ($problem in $problems | Where-Object Code -NotIn $Ignore) {
                            Write-LicensingProblem -Cmdlet $Cmdlet -Outcome $Outcome -Problem $problem -Target $Target -Session $one.Session -NameServer:($Task.Count -gt 1)
                        }
                    }
                    default {
                        if ($clock.Elapsed -gt $progressAfter -and -not $report.IsLast) {
                            $server = if ($one.Session) { $one.Session.Server } else { "$Target" }
                            $shown = New-LicensingProgressRecord -Cmdlet $Cmdlet -Server $server -Progress $report.Progress
                            $Cmdlet.WriteProgress($shown)
                            $clock.Restart()
                        }
                    }
                }
            }
            $open = @($open | Where-Object -Property IsFinished -EQ -Value $false)
        }
    }
    finally {
        if ($shown) {
            $shown.RecordType = 'Completed'
            $Cmdlet.WriteProgress($shown)
        }
    }
}
