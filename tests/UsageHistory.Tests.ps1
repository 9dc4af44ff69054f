# History of use, forecast, reports, and the old cmdlets of samples.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $licensing = $null
    $licensing = Start-TestServer -Grants ([ordered]@{
            CAD_PRO_CCU = @{ count = 2; version = "'2027.0401'"; start = '2025-05-01'; notice = "'For the drawing office'" }
            VIEW_STD_CCU = @{ count = 5; version = "'2.1'" }
        })
    $null = Start-TestProduct $licensing CAD_PRO_CCU anna ws-101
    $null = Start-TestProduct $licensing CAD_PRO_CCU bashir ws-102
    Connect-TestServer $licensing
    $url = $licensing.Address
    $cert = Get-LicCertificate -AdminAddress $url
    $common = @{ AdminAddress = $url; CertHash = $cert.CertHash }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $licensing
}

Describe 'Get-LicenseUsageHistory' {
    It 'shows the peak of a feature, also of one that nobody uses' {
        $rows = @(Get-LicenseUsageHistory -Last 1d -By Hour | Sort-Object Start | Group-Object Feature | ForEach-Object { $_.Group[-1] })
        $rows.Feature | Should -Be 'CAD_PRO_CCU', 'VIEW_STD_CCU'
        $rows.Peak | Should -Be 2, 0
        $rows.Installed | Should -Be 2, 5
    }

    It 'chooses features by name from the pipeline' {
        $rows = @(Get-LicenseInventory CAD* | Get-LicenseUsageHistory -Since 2h -By Month)
        $rows.Count | Should -BeGreaterThan 0
        $rows.Feature | Select-Object -Unique | Should -Be 'CAD_PRO_CCU'
    }

    It 'refuses a period that ends before it begins' {
        { Get-LicenseUsageHistory -Since 1h -Until 2h -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidStartDateOrEndDate*'
    }

    It 'refuses users where they have no rows of their own' {
        { Get-LicenseUsageHistory -User anna -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
    }
}

Describe 'Get-LicenseForecast' {
    It 'says for each feature that it is too early on the first day' {
        $rows = @(Get-LicenseForecast | Sort-Object Feature)
        $rows.Feature | Should -Be 'CAD_PRO_CCU', 'VIEW_STD_CCU'
        $rows.Forecast | Should -Be 'TooFewWeeks', 'TooFewWeeks'
        $rows.Peak | Should -Be 2, 0
    }
}

Describe 'Export-LicenseUsageReport' {
    It 'writes a page, a table and JSON' {
        $page = Export-LicenseUsageReport (Join-Path $licensing.Folder 'usage.html') -Last 7d
        (Get-Content -Raw $page.FullName) | Should -Match '<svg '
        $table = Export-LicenseUsageReport (Join-Path $licensing.Folder 'usage.csv')
        (Import-Csv $table.FullName).Feature | Should -Contain 'CAD_PRO_CCU'
        $json = Export-LicenseUsageReport (Join-Path $licensing.Folder 'usage.json') -Feature VIEW*
        ((Get-Content -Raw $json.FullName | ConvertFrom-Json).rows.feature | Select-Object -Unique) | Should -Be 'VIEW_STD_CCU'
    }

    It 'replaces a file only with -Force, and writes nothing with -WhatIf' {
        $file = Join-Path $licensing.Folder 'kept.csv'
        Set-Content $file 'kept'
        { Export-LicenseUsageReport $file -ErrorAction Stop } | Should -Throw -ErrorId 'FileAlreadyExists*'
        Export-LicenseUsageReport $file -Force -WhatIf
        Get-Content $file | Should -Be 'kept'
        $null = Export-LicenseUsageReport $file -Force
        Get-Content $file | Select-Object -First 1 | Should -Match 'Feature'
    }

    It 'says which ending names no format' {
        { Export-LicenseUsageReport (Join-Path $licensing.Folder 'usage.doc') -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
    }

    It 'says which file cannot be written' {
        $file = Join-Path $licensing.Folder 'no-such-folder' 'usage.csv'
        Export-LicenseUsageReport $file -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[-1].FullyQualifiedErrorId | Should -BeLike 'LocalFileUnwritable*'
        $problem[-1].TargetObject | Should -Be $file
    }
}

Describe 'The old cmdlets of samples' {
    It 'show the settings with their defaults' {
        $config = Get-LicConfigUsageSamples @common
        $config.Enabled | Should -BeTrue
        $config.PollingInterval | Should -Be 15
        $config.RetentionPeriod | Should -Be 180
        $config.LatestSampleTime | Should -BeOfType [datetime]
    }

    It 'return the samples of each pool' {
        $usage = Get-LicHistoricalUsage @common -SADate 2015.1201
        $usage.LSVersion | Should -Not -BeNullOrEmpty
        $pool = $usage.LicPoolUsage | Where-Object { $_.LicPool.ProductEditionModel -eq 'CAD_PRO_CCU' }
        $pool.LicPool.TotalLicensesIncludingOverDraft | Should -Be 2
        $pool.LicPool.StartDates | Should -Be ([datetime]::new(2025, 5, 1))
        # The order says no date, so that it is that of its issue.
        ([datetime]::UtcNow.Date - $pool.LicPool.LicenseIssueDate).Duration().TotalDays | Should -BeLessOrEqual 1
        $pool.LicPool.Notices | Should -Be 'For the drawing office'
        $usage.MacAddress | Should -Match '^([0-9A-F]{12})?$'
        $usage.MacAddress | Should -Be "$((Get-LicenseServer).MacAddresses | Select-Object -First 1)"
        $pool.UsgSampleList.Count | Should -BeGreaterThan 0
        $usage.MostRecentDateOfSample | Should -BeOfType [datetime]
    }

    It 'leave out pools whose date is too early' {
        (Get-LicHistoricalUsage @common -SADate 2030.0101).LicPoolUsage.LicPool.ProductEditionModel | Should -Be 'VIEW_STD_CCU'
    }

    It 'refuse <Case>' -ForEach @(
        @{ Case = 'a date that is none'; Code = 'InvalidSADateFormat'; With = @{ SADate = '2015.1301' } }
        @{ Case = 'a start after the end'; Code = 'InvalidStartDateOrEndDate'; With = @{ SADate = '2015.1201'; StartDate = '2026-02-01'; EndDate = '2026-01-01' } }
        @{ Case = 'a product that is none'; Code = 'InvalidProductEditionModelFormat'; With = @{ SADate = '2015.1201'; Products = 'a b' } }
    ) {
        { Get-LicHistoricalUsage @common @With -ErrorAction Stop } | Should -Throw -ErrorId "$Code*"
    }

    It 'change the settings, each by itself' {
        Set-LicConfigUsageSamples @common -Enable $true -PollingInterval 30 -RetentionPeriod 60
        $config = Get-LicConfigUsageSamples @common
        $config.PollingInterval | Should -Be 30
        $config.RetentionPeriod | Should -Be 60
        Set-LicConfigUsageSamples @common -Enable $false
        $config = Get-LicConfigUsageSamples @common
        $config.Enabled | Should -BeFalse
        $config.PollingInterval | Should -BeNullOrEmpty
        $config.RetentionPeriod | Should -Be 60
    }

    It 'refuse <Code> and change nothing' -ForEach @(
        @{ Code = 'PollingIntervalLessThanMinValue'; With = @{ PollingInterval = 4 } }
        @{ Code = 'PollingIntervalMoreThanMaxValue'; With = @{ PollingInterval = 1441 } }
        @{ Code = 'RetentionPeriodLessThanMinValue'; With = @{ RetentionPeriod = 29 } }
    ) {
        $before = Get-LicConfigUsageSamples @common
        { Set-LicConfigUsageSamples @common @With -ErrorAction Stop } | Should -Throw -ErrorId "$Code*"
        (Get-LicConfigUsageSamples @common).RetentionPeriod | Should -Be $before.RetentionPeriod
    }
}
