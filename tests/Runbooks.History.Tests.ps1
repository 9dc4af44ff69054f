# Runbooks that read the history of use, against a running server.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $started = Get-Date
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{ CAD_PRO_CCU = @{ count = 4 }; REP_STD_CCU = @{ count = 2 } })
    foreach ($user in 'NORTH\anna', 'NORTH\ben', 'admin@south.example') {
        $null = Start-TestProduct $server CAD_PRO_CCU -User $user -Device "ws-$($user -replace '\W')"
    }
    $null = Connect-TestServer $server
    $env:LICENSING_SERVER = $server.Address
    $env:LICENSING_CERT_HASH = $server.CertHash
    $env:LICENSING_TOKEN = ConvertFrom-SecureString (New-LicenseToken runbooks -Permission ReadOnly).Secret -AsPlainText
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

Describe 'Export-UsageHistory.ps1' {
    It 'writes a row for each feature and hour, and nothing with -WhatIf' {
        $csv = Join-Path $TestDrive 'history.csv'
        & "$folder/Export-UsageHistory.ps1" $csv -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $csv | Should -BeFalse
        foreach ($run in 1..2) {
            (& "$folder/Export-UsageHistory.ps1" $csv -Last 1d -By Hour).FullName | Should -Be $csv
        }
        $row = Import-Csv -LiteralPath $csv | Where-Object Feature -EQ 'CAD_PRO_CCU' | Select-Object -Last 1
        $row.Peak | Should -Be '3'
        $row.Start | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\dZ$'
        $row.PSObject.Properties.Name | Should -Not -Contain 'User'
    }

    It 'names people on demand' {
        $csv = Join-Path $TestDrive 'people.csv'
        $null = & "$folder/Export-UsageHistory.ps1" $csv -Last 1d -PerUser
        (Import-Csv -LiteralPath $csv).User | Sort-Object -Unique | Should -HaveCount 3
    }
}

Describe 'Export-DailyUsageReport.ps1' {
    It 'writes page and table of the day, and removes old ones' {
        $reports = Join-Path $TestDrive 'reports'
        & "$folder/Export-DailyUsageReport.ps1" $reports -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $reports | Should -BeFalse
        $null = New-Item -ItemType Directory -Path $reports
        foreach ($name in 'usage-2020-01-01.html', 'notes-2020-01-01.html') {
            [System.IO.File]::WriteAllText((Join-Path $reports $name), '')
        }
        # The day that the server was started: another one may begin meanwhile.
        foreach ($run in 1..2) {
            @(& "$folder/Export-DailyUsageReport.ps1" $reports -Date $started -KeepDays 30).Extension | Should -Be '.html', '.csv'
        }
        $day = $started.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        (Get-ChildItem -LiteralPath $reports).Name | Sort-Object | Should -Be 'notes-2020-01-01.html', "usage-$day.csv", "usage-$day.html"
        # The seats of today are no part of it yet.
        [System.IO.File]::ReadAllText((Join-Path $reports "usage-$day.html")) | Should -Not -Match '<svg'
    }

    It 'draws the use until the day before, and can make up for a report that was missed' {
        $reports = Join-Path $TestDrive 'dated'
        $tomorrow = (Get-Date).Date.AddDays(1)
        $page, $table = & "$folder/Export-DailyUsageReport.ps1" $reports -Date $tomorrow -Days 2
        $page.Name | Should -Be "usage-$($tomorrow.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)).html"
        $text = [System.IO.File]::ReadAllText($page.FullName)
        $text | Should -Match '<svg'
        $text | Should -Match 'CAD_PRO_CCU'
        $text | Should -Not -Match 'anna'
        (Import-Csv -LiteralPath $table.FullName | Where-Object Feature -EQ 'CAD_PRO_CCU' | Measure-Object Peak -Maximum).Maximum | Should -Be 3
    }
}

Describe 'Export-ServiceProviderReport.ps1' {
    It 'counts each user once, by customer, and those free of charge by themselves' {
        $csv = Join-Path $TestDrive 'month.csv'
        $rows = @(& "$folder/Export-ServiceProviderReport.ps1" -Month (Get-Date) -Path $csv -FreeUser 'admin@*')
        $north = $rows | Where-Object Customer -EQ 'NORTH'
        $north.Users | Should -Be 2
        $north.Billable | Should -Be 2
        ($rows | Where-Object Customer -EQ 'south.example').Billable | Should -Be 0
        (Import-Csv -LiteralPath $csv).Month | Sort-Object -Unique | Should -Be (Get-Date).ToString('yyyy-MM', [cultureinfo]::InvariantCulture)
    }

    It 'is empty for a month without use' {
        & "$folder/Export-ServiceProviderReport.ps1" -Month 2020-01-01 | Should -BeNullOrEmpty
    }
}
