# The scripts of ps1/runbooks against a running server, as a scheduler starts them: settings from the environment, nobody there to
# answer, every error final.

BeforeDiscovery {
    $runbooks = Get-ChildItem (Join-Path $PSScriptRoot '../ps1/runbooks') -Filter *.ps1 | ForEach-Object { @{ Name = $_.BaseName; Path = $_.FullName } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            CAD_PRO_CCU = @{ count = 4; expires = "'$((Get-Date).AddDays(20).ToString('yyyy-MM-dd'))'"; version = "'2037.0401'" }
            REP_STD_CCU = @{ count = 10; version = "'2037.0401'" }
        })
    foreach ($user in 'anna', 'ben', 'carla', 'dora') {
        $null = Start-TestProduct $server CAD_PRO_CCU -User $user -Device "ws-$user"
    }
    $null = Start-TestProduct $server REP_STD_CCU -User anna -Device ws-anna
    $null = Connect-TestServer $server
    $env:LICENSING_SERVER = $server.Address
    $env:LICENSING_CERT_HASH = $server.CertHash
    $env:LICENSING_TOKEN = ConvertFrom-SecureString (New-LicenseToken runbooks -Permission Full).Secret -AsPlainText
    Disconnect-LicenseServer -All
    $folder = Join-Path $PSScriptRoot '../ps1/runbooks'
    $ErrorActionPreference = 'Stop'
}

AfterAll {
    $env:LICENSING_SERVER = $null
    $env:LICENSING_CERT_HASH = $null
    $env:LICENSING_TOKEN = $null
    Stop-TestServer $server
}

Describe 'The runbook <Name>' -ForEach $runbooks {
    It 'has a synopsis, a description of each parameter and two examples' {
        $command = Get-Command $Path
        $help = $command.ScriptBlock.Ast.GetHelpContent()
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Examples.Count | Should -BeGreaterOrEqual 2
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $help.Parameters.Keys | Should -Contain $parameter.ToUpperInvariant()
        }
    }

    It 'has -WhatIf where it changes something' {
        $verb = ($Name -split '-')[0]
        (Get-Command $Path).Parameters.ContainsKey('WhatIf') | Should -Be ($verb -notin 'Test', 'Find', 'ConvertTo')
    }
}

Describe 'A runbook of a scheduler' {
    BeforeAll {
        $shell = (Get-Process -Id $PID).Path
        # As a scheduler starts it, where the module is not on the path of modules.
        function Start-Runbook([string] $Name, [string] $Arguments) {
            $file = Join-Path $TestDrive 'start.ps1'
            [System.IO.File]::WriteAllText($file, "Import-Module '$(Get-BuiltPath 'LicensingAdmin')'`n& '$folder/$Name.ps1' $Arguments`nexit `$LASTEXITCODE`n")
            & $shell -NoProfile -NonInteractive -File $file 2>&1
        }
    }

    It 'ends with the exit code of a check' {
        "$(Start-Runbook Test-SeatUsage)" | Should -BeLike 'LICENSES CRITICAL - *'
        $LASTEXITCODE | Should -Be 2
        "$(Start-Runbook Test-SeatUsage 'REP_*')" | Should -BeLike 'LICENSES OK - *'
        $LASTEXITCODE | Should -Be 0
    }

    It 'shows its rows although it ends with exit: <Name>' -ForEach @(
        @{ Name = 'Test-LicenseHealth'; Shown = '^Check +Status +Detail', '^Certificate +Passed ' }
        @{ Name = 'Find-SeatHolder'; Shown = '^Feature +User +Device +State +Count +Since', '^CAD_PRO_CCU +anna +ws-anna +InUse +1 \d{4}-' }
        @{ Name = 'Find-ExpiringLicense'; Shown = '^Feature +Version +What +Date +DaysLeft +InUse', '^CAD_PRO_CCU +2037\.0401 Expiration +\d{4}-' }
    ) {
        $lines = @(Start-Runbook $Name | ForEach-Object { "$_" })
        foreach ($pattern in $Shown) {
            @($lines -match $pattern) | Should -Not -BeNullOrEmpty -Because $pattern
        }
    }

    It 'ends with 1 at an error, and says which' {
        "$(Start-Runbook Find-SeatHolder '-Server 127.0.0.1:1')" | Should -BeLike '*127.0.0.1:1*'
        $LASTEXITCODE | Should -Be 1
    }
}

Describe 'Test-SeatUsage.ps1' {
    It 'says what is critical, with the exit code of a check' {
        $text = & "$folder/Test-SeatUsage.ps1"
        $LASTEXITCODE | Should -Be 2
        $text | Should -Be "LICENSES CRITICAL - CAD_PRO_CCU: 100 % (4 of 4) | 'CAD_PRO_CCU'=4;3.4;3.8;0;4 'REP_STD_CCU'=1;8.5;9.5;0;10"
    }

    It 'is content below the thresholds' {
        $text = & "$folder/Test-SeatUsage.ps1" 'REP_*'
        $LASTEXITCODE | Should -Be 0
        $text | Should -BeLike 'LICENSES OK - 1 features below 85 %*'
    }

    It 'writes local checks, and JSON for sensors and items' {
        (& "$folder/Test-SeatUsage.ps1" -Format Checkmk)[0] | Should -Be '2 "Licenses CAD_PRO_CCU" in_use=4;3.4;3.8;0;4 100 % (4 of 4)'
        (& "$folder/Test-SeatUsage.ps1" -Format Prtg | ConvertFrom-Json).prtg.result.channel | Should -Be 'CAD_PRO_CCU', 'REP_STD_CCU'
        (& "$folder/Test-SeatUsage.ps1" -Format Zabbix | ConvertFrom-Json).data.percent | Should -Be 100, 10
    }

    It 'is unknown when the server cannot be asked' {
        $text = & "$folder/Test-SeatUsage.ps1" -Server 127.0.0.1:1
        $LASTEXITCODE | Should -Be 3
        $text | Should -BeLike 'LICENSES UNKNOWN - *127.0.0.1:1*'
    }
}

Describe 'Test-SeatUsage.ps1 without features' {
    It 'is unknown, and never content: <Feature>' -ForEach @(@{ Feature = 'NOTHING_*' }, @{ Feature = 'NOTHING' }) {
        & "$folder/Test-SeatUsage.ps1" $Feature | Should -BeLike "LICENSES UNKNOWN - *feature*$Feature*"
        $LASTEXITCODE | Should -Be 3
    }
}

Describe 'Find-ExpiringLicense.ps1' {
    It 'lists what ends soon, the nearest first' {
        $rows = @(& "$folder/Find-ExpiringLicense.ps1" -Days 30)
        $LASTEXITCODE | Should -Be 1
        $rows.Feature | Should -Be 'CAD_PRO_CCU'
        $rows[0].DaysLeft | Should -BeIn 19, 20
    }

    It 'lists nothing further ahead than asked' {
        & "$folder/Find-ExpiringLicense.ps1" -Days 3 | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'is a check with warning and critical days: <Days>, <CriticalDays>' -ForEach @(
        @{ Days = 60; CriticalDays = 14; State = 1; Word = 'WARNING' }
        @{ Days = 60; CriticalDays = 30; State = 2; Word = 'CRITICAL' }
        @{ Days = 5; CriticalDays = 3; State = 0; Word = 'OK' }
    ) {
        $limits = @{ Days = $Days; CriticalDays = $CriticalDays }
        $text = & "$folder/Find-ExpiringLicense.ps1" @limits -Format Nagios
        $LASTEXITCODE | Should -Be $State
        $said = $State ? 'CAD_PRO_CCU Expiration: (19|20) days left, until \d{4}-\d\d-\d\d' : "nothing ends within $Days days"
        # Few days are bad: the ranges begin behind the thresholds.
        $text | Should -Match "^EXPIRY $Word - $said \| .*'CAD_PRO_CCU Expiration'=(19|20);$($Days + 1):;$($CriticalDays + 1):( |$)"
        $line = & "$folder/Find-ExpiringLicense.ps1" @limits -Format Checkmk | Where-Object { $_ -like '*CAD_PRO_CCU Expiration*' }
        $line | Should -Match "^$State `"Expiry CAD_PRO_CCU Expiration`" days_left=(19|20) (19|20) days left, until "
        $channel = (& "$folder/Find-ExpiringLicense.ps1" @limits -Format Prtg | ConvertFrom-Json).prtg.result | Where-Object channel -EQ 'CAD_PRO_CCU Expiration'
        $channel.limitminwarning, $channel.limitminerror, $channel.customunit | Should -Be $Days, $CriticalDays, 'days'
        $channel.value | Should -BeIn 19, 20
        $item = (& "$folder/Find-ExpiringLicense.ps1" @limits -Format Zabbix | ConvertFrom-Json).data | Where-Object '{#FEATURE}' -EQ 'CAD_PRO_CCU' | Where-Object '{#WHAT}' -EQ 'Expiration'
        $item.state, $item.daysLeft | Should -Be $State, $channel.value
        $LASTEXITCODE | Should -Be $State
    }

    It 'is unknown where a pattern fits no feature' {
        $text = & "$folder/Find-ExpiringLicense.ps1" -Feature CAD*, TYPO* -Format Nagios
        $LASTEXITCODE | Should -Be 3
        $text | Should -BeLike 'EXPIRY UNKNOWN - The server has no feature that matches TYPO*.*'
    }

    It 'is unknown when the server cannot be asked' {
        $text = & "$folder/Find-ExpiringLicense.ps1" -Format Nagios -Server 127.0.0.1:1
        $LASTEXITCODE | Should -Be 3
        $text | Should -BeLike 'EXPIRY UNKNOWN - *127.0.0.1:1*'
    }
}

Describe 'Find-SeatHolder.ps1' {
    It 'finds the seats of a user' {
        (& "$folder/Find-SeatHolder.ps1" anna).Feature | Sort-Object | Should -Be 'CAD_PRO_CCU', 'REP_STD_CCU'
        $LASTEXITCODE | Should -Be 0
        & "$folder/Find-SeatHolder.ps1" nobody | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 1
    }
}

Describe 'Add-SeatUsageSample.ps1' {
    It 'adds a row for each feature, once in a minute' {
        $csv = Join-Path $TestDrive 'usage.csv'
        & "$folder/Add-SeatUsageSample.ps1" $csv -WhatIf
        Test-Path -LiteralPath $csv | Should -BeFalse
        @(& "$folder/Add-SeatUsageSample.ps1" $csv).Count | Should -Be 2
        $null = & "$folder/Add-SeatUsageSample.ps1" $csv
        $rows = @(Import-Csv -LiteralPath $csv)
        @($rows | Group-Object Time, Feature | Where-Object Count -GT 1).Count | Should -Be 0
        ($rows | Where-Object Feature -EQ 'CAD_PRO_CCU')[0].InUse | Should -Be '4'
    }
}

Describe 'Export-SeatUsageReport.ps1' {
    It 'writes a page that needs nothing else, and names people on demand only' {
        $page = Join-Path $TestDrive 'report.html'
        & "$folder/Export-SeatUsageReport.ps1" $page -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $page | Should -BeFalse
        (& "$folder/Export-SeatUsageReport.ps1" $page).FullName | Should -Be $page
        $text = [System.IO.File]::ReadAllText($page)
        $text | Should -Match '<td>CAD_PRO_CCU</td>'
        $text | Should -Match '4 of 4'
        $text | Should -Not -Match 'anna|http|<script'
        $null = & "$folder/Export-SeatUsageReport.ps1" $page -IncludeHolder
        [System.IO.File]::ReadAllText($page) | Should -Match '<td>anna</td>'
    }

    It 'writes a table' {
        $csv = Join-Path $TestDrive 'report.csv'
        $null = & "$folder/Export-SeatUsageReport.ps1" $csv
        (Import-Csv -LiteralPath $csv).Percent | Should -Be '100', '10'
    }
}

Describe 'Test-LicenseHealth.ps1' {
    It 'returns a row for each check' {
        $rows = @(& "$folder/Test-LicenseHealth.ps1")
        $LASTEXITCODE | Should -Be $(if ($rows.Status -contains 'Failed') { 2 } elseif ($rows.Status -contains 'Warning') { 1 } else { 0 })
        ($rows | Where-Object Check -EQ 'Server').Status | Should -Be 'Passed'
        # What the server checks itself.
        $rows.Check | Should -Contain 'Certificate'
        $rows.Count | Should -BeGreaterThan 5
    }

    It 'fails when the server is not there' {
        $rows = @(& "$folder/Test-LicenseHealth.ps1" -Server 127.0.0.1:1)
        $LASTEXITCODE | Should -Be 2
        $rows[0].Status | Should -Be 'Failed'
        & "$folder/Test-LicenseHealth.ps1" -Server 127.0.0.1:1 -Format Nagios | Should -BeLike 'HEALTH CRITICAL - Server: *127.0.0.1:1*'
        $LASTEXITCODE | Should -Be 2
    }

    It 'is a check that has each name once, with the state of the worst' {
        $states = @{ Passed = 0; Warning = 1; Failed = 2 }
        $expected = @{}
        foreach ($row in & "$folder/Test-LicenseHealth.ps1") {
            $expected[$row.Check] = [math]::Max($states[$row.Status], $expected[$row.Check] ?? 0)
        }
        # All seats of a feature are out, so there is an alert.
        $expected['Alerts'] | Should -BeGreaterThan 0
        $worst = ($expected.Values | Measure-Object -Maximum).Maximum
        $lines = @(& "$folder/Test-LicenseHealth.ps1" -Format Checkmk)
        $LASTEXITCODE | Should -Be $worst
        $lines | Should -HaveCount $expected.Count
        foreach ($name in $expected.Keys) {
            @($lines -match "^$($expected[$name]) `"Health $([regex]::Escape($name))`" - \S") | Should -HaveCount 1 -Because $name
        }
        & "$folder/Test-LicenseHealth.ps1" -Format Nagios | Should -Match "^HEALTH $(@('OK', 'WARNING', 'CRITICAL')[$worst]) - .*Alerts: "
        $channels = (& "$folder/Test-LicenseHealth.ps1" -Format Prtg | ConvertFrom-Json).prtg.result
        $channels.channel | Sort-Object | Should -Be ($expected.Keys | Sort-Object)
        ($channels | Where-Object channel -EQ 'Alerts').value | Should -Be $expected['Alerts']
        $items = (& "$folder/Test-LicenseHealth.ps1" -Format Zabbix | ConvertFrom-Json).data
        ($items | Where-Object '{#NAME}' -EQ 'Alerts').state | Should -Be $expected['Alerts']
    }
}

Describe 'ConvertTo-MonitoringOutput.ps1' {
    It 'keeps what separates text and figures out of them' {
        $row = [pscustomobject]@{ Name = "it's |`"so`""; State = 1; Detail = "a | b`nc"; Metric = @{ Name = 'x'; Value = 1.5; Critical = 3 } }
        $row | & "$folder/ConvertTo-MonitoringOutput.ps1" -Format Nagios -Service Test | Should -BeExactly "TEST WARNING - it's /`"so`": a / b c | 'it''s /`"so`"'=1.5;;3"
        $row | & "$folder/ConvertTo-MonitoringOutput.ps1" -Format Checkmk -Service Test | Should -BeExactly "1 `"Test it's /so`" x=1.5;;3 a / b c"
    }

    It 'ends with the worst state: <States> with <Worst>' -ForEach @(
        @{ States = @(); Worst = 0 }
        @{ States = 0, 1, 0; Worst = 1 }
        @{ States = 1, 3; Worst = 3 }
        @{ States = 3, 2, 1; Worst = 2 }
    ) {
        $rows = @($States | ForEach-Object { [pscustomobject]@{ Name = "n$_"; State = $_; Detail = 'seen' } })
        foreach ($format in 'Nagios', 'Checkmk', 'Prtg', 'Zabbix') {
            $null = $rows | & "$folder/ConvertTo-MonitoringOutput.ps1" -Format $format -Service Test
            $LASTEXITCODE | Should -Be $Worst -Because $format
        }
    }

    It 'says in each format why nothing could be checked' {
        $call = @{ Service = 'Test'; Problem = 'No | answer.' }
        & "$folder/ConvertTo-MonitoringOutput.ps1" -Format Nagios @call | Should -BeExactly 'TEST UNKNOWN - No / answer.'
        & "$folder/ConvertTo-MonitoringOutput.ps1" -Format Checkmk @call | Should -BeExactly '3 "Test" - No / answer.'
        (& "$folder/ConvertTo-MonitoringOutput.ps1" -Format Prtg @call | ConvertFrom-Json).prtg.error | Should -Be 1
        (& "$folder/ConvertTo-MonitoringOutput.ps1" -Format Zabbix @call | ConvertFrom-Json).error | Should -Be 'No | answer.'
        $LASTEXITCODE | Should -Be 3
    }
}

Describe 'Send-SeatUsageAlert.ps1' {
    BeforeAll {
        $port = Get-ClosedPort
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $hook = @{ Webhook = "http://127.0.0.1:$port/hook"; StatePath = Join-Path $TestDrive 'alerts.json' }

        # Serves with a script of its own while the runbook runs, and returns what it received.
        function Receive-Text([object] $Listener, [scriptblock] $Serve, [scriptblock] $Code) {
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            try {
                $null = $shell.AddScript($Serve).AddArgument($Listener)
                $receiving = $shell.BeginInvoke()
                $null = & $Code
                $shell.EndInvoke($receiving)
            }
            finally {
                $shell.Dispose()
            }
        }

        # Answers one message to the webhook, and returns it.
        function Receive-Message([scriptblock] $Code) {
            Receive-Text $listener {
                param($listener)
                $context = $listener.GetContext()
                [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd()
                $context.Response.Close()
            } $Code | ConvertFrom-Json
        }

        # Takes one mail, and returns the lines of the whole conversation.
        function Receive-Mail([System.Net.Sockets.TcpListener] $Listener, [scriptblock] $Code) {
            Receive-Text $Listener {
                param($listener)
                $client = $listener.AcceptTcpClient()
                $reader = [System.IO.StreamReader]::new($client.GetStream())
                $writer = [System.IO.StreamWriter]::new($client.GetStream())
                $writer.NewLine = "`r`n"
                $writer.AutoFlush = $true
                $writer.WriteLine('220 mail.example.net')
                $isContent = $false
                while ($null -ne ($line = $reader.ReadLine())) {
                    $line
                    if ($isContent -and $line -ne '.') { continue }
                    $isContent = $line -eq 'DATA'
                    $writer.WriteLine($(if ($isContent) { '354 go on' } elseif ($line -eq 'QUIT') { '221 bye' } else { '250 taken' }))
                    if ($line -eq 'QUIT') { break }
                }
                $client.Dispose()
            } $Code
        }
    }

    AfterAll {
        $listener.Close()
    }

    It 'notices mistakes before there is anything to say: <Said>' -ForEach @(
        @{ Wrong = @{ Webhook = 'chat.example.net' }; Said = "*'chat.example.net' is no address*" }
        @{ Wrong = @{ MailServer = 'mail.example.net'; MailFrom = 'nobody'; MailTo = 'ops@example.net' }; Said = '*MailFrom*' }
        @{ Wrong = @{ Webhook = 'https://chat.example.net'; StatePath = 'no-folder/state.json' }; Said = "*no folder*'no-folder/state.json'*nothing was sent*" }
        @{ Wrong = @{ Webhook = 'https://chat.example.net'; StatePath = 'cut.json' }; Said = "*'cut.json' is not as this runbook wrote it; nothing was sent.*" }
    ) {
        Push-Location -LiteralPath $TestDrive
        try {
            [System.IO.File]::WriteAllText((Join-Path $TestDrive 'cut.json'), '{"above":["')
            $call = @{ StatePath = 'state.json'; Threshold = 1000 }
            foreach ($key in $Wrong.Keys) {
                $call[$key] = $Wrong[$key]
            }
            { & "$folder/Send-SeatUsageAlert.ps1" @call } | Should -Throw $Said
        }
        finally {
            Pop-Location
        }
    }

    It 'says nothing with -WhatIf' {
        & "$folder/Send-SeatUsageAlert.ps1" @hook -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $hook.StatePath | Should -BeFalse
    }

    It 'fails where nobody listens, and says it later' {
        { & "$folder/Send-SeatUsageAlert.ps1" -Webhook http://127.0.0.1:1/ -StatePath $hook.StatePath } | Should -Throw
        $message = Receive-Message { & "$folder/Send-SeatUsageAlert.ps1" @hook }
        $message.feature | Should -Be 'CAD_PRO_CCU'
        $message.state | Should -Be 'Above'
    }

    It 'says it once, and once that it is over' {
        & "$folder/Send-SeatUsageAlert.ps1" @hook | Should -BeNullOrEmpty
        (Receive-Message { & "$folder/Send-SeatUsageAlert.ps1" @hook -Threshold 101 }).state | Should -Be 'Below'
    }

    It 'says it by mail, once' {
        $relay = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $relay.Start()
        try {
            $mail = @{
                StatePath = Join-Path $TestDrive 'mail.json'; MailServer = '127.0.0.1'; MailPort = $relay.LocalEndpoint.Port
                MailFrom = 'licensing@example.net'; MailTo = 'ops@example.net', 'desk@example.net'
            }
            $lines = Receive-Mail $relay { & "$folder/Send-SeatUsageAlert.ps1" @mail }
            @($lines -like 'RCPT TO:*') | Should -Be 'RCPT TO:<ops@example.net>', 'RCPT TO:<desk@example.net>'
            $lines | Should -Contain 'Subject: CAD_PRO_CCU: 100 % of 4 seats are in use'
            & "$folder/Send-SeatUsageAlert.ps1" @mail | Should -BeNullOrEmpty
        }
        finally {
            $relay.Stop()
        }
    }
}

Describe 'Revoke-LeaverSeat.ps1' {
    It 'refuses wildcards and rows without a user' {
        foreach ($name in '*', 'ann?', '[ab]nna') {
            { & "$folder/Revoke-LeaverSeat.ps1" $name -Confirm:$false } | Should -Throw "*wildcards: $([wildcardpattern]::Escape($name))*"
        }
        $csv = Join-Path $TestDrive 'wrong.csv'
        [System.IO.File]::WriteAllText($csv, "Name`nanna`n")
        { & "$folder/Revoke-LeaverSeat.ps1" -Path $csv -Confirm:$false } | Should -Throw '*has no User*'
        @(& "$folder/Find-SeatHolder.ps1").Count | Should -Be 5
    }

    It 'revokes nothing with -WhatIf' {
        (& "$folder/Revoke-LeaverSeat.ps1" anna -WhatIf).Revoked | Should -Be 0
        @(& "$folder/Find-SeatHolder.ps1").Count | Should -Be 5
    }

    It 'releases every seat of the leavers, and can run again' {
        $csv = Join-Path $TestDrive 'leavers.csv'
        [System.IO.File]::WriteAllText($csv, "User`nanna`nnobody`n")
        $rows = @(& "$folder/Revoke-LeaverSeat.ps1" -Path $csv -Confirm:$false)
        ($rows | Where-Object User -EQ 'anna').Revoked | Should -Be 2
        ($rows | Where-Object User -EQ 'nobody').Revoked | Should -Be 0
        ('anna' | & "$folder/Revoke-LeaverSeat.ps1" -Confirm:$false).Revoked | Should -Be 0
        @(& "$folder/Find-SeatHolder.ps1").Count | Should -Be 3
    }
}

Describe 'Revoke-FeatureSeat.ps1' {
    It 'does nothing outside its window' {
        $from = (Get-Date).TimeOfDay.Add([timespan]::FromHours(2))
        $from = [timespan]::FromHours(($from.TotalHours % 24))
        $until = [timespan]::FromHours((($from.TotalHours + 1) % 24))
        & "$folder/Revoke-FeatureSeat.ps1" CAD_PRO_CCU -From $from -Until $until -Confirm:$false -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 1
        @(& "$folder/Find-SeatHolder.ps1").Count | Should -Be 3
    }

    It 'refuses a feature that the server does not have' {
        { & "$folder/Revoke-FeatureSeat.ps1" CAD_PRO_CUC -From 00:00 -Until 23:59:59.9999999 -Confirm:$false } | Should -Throw '*no feature CAD_PRO_CUC*'
    }

    It 'releases every seat within it, and none with -WhatIf' {
        & "$folder/Revoke-FeatureSeat.ps1" CAD_PRO_CCU -From 00:00 -Until 23:59:59.9999999 -WhatIf | Should -BeNullOrEmpty
        @(& "$folder/Find-SeatHolder.ps1").Count | Should -Be 3
        $seats = @(& "$folder/Revoke-FeatureSeat.ps1" CAD_PRO_CCU -From 00:00 -Until 23:59:59.9999999 -Confirm:$false)
        $seats.Count | Should -Be 3
        & "$folder/Revoke-FeatureSeat.ps1" CAD_PRO_CCU -From 00:00 -Until 23:59:59.9999999 -Confirm:$false | Should -BeNullOrEmpty
    }
}
