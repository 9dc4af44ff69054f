# From the license file to the rows an administrator sees.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 5; vendor_string = "{ license_type = 'Retail', overdraft_percent = 20 }" }
            ACME_STD_CCU = @{ count = 3; expires = "'permanent'"; version = "'2.1'" }
        })
    $session = Connect-TestServer $server
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseServer' {
    It 'shows what the server is' {
        $info = Get-LicenseServer
        $info.PSTypeNames[0] | Should -Be 'LicensingAdmin.ServerInfo'
        $info.Server | Should -Be $server.Endpoints.webServices
        $info.HostName | Should -Be 'lic-test'
        $info.WebServicesPort | Should -BeOfType [int]
        $info.Started | Should -BeOfType [datetime]
        $info.Permissions | Should -Be 'Full'
    }

    It 'shows its vendor daemons' {
        $daemon = (Get-LicenseServer).VendorDaemons
        $daemon.Vendor | Should -Be 'ACME'
        $daemon.State | Should -Be 'Running'
        $daemon.Port | Should -BeGreaterThan 0
        $daemon.ProcessId | Should -BeOfType [int]
    }
}

Describe 'Get-LicenseInventory' {
    It 'shows a row for each pool' {
        $rows = @(Get-LicenseInventory)
        $rows.Feature | Sort-Object | Should -Be 'ACME_PRO_CCU', 'ACME_STD_CCU'
        $rows[0].PSTypeNames[0] | Should -Be 'LicensingAdmin.InventoryRow'
    }

    It 'has real types' {
        $row = Get-LicenseInventory ACME_PRO_CCU
        $row.LicensesAvailable | Should -BeOfType [int]
        $row.LicensesAvailable | Should -Be 5
        $row.Installed | Should -Be 5
        $row.LicenseOverdraft | Should -Be 1
        $row.Free | Should -Be 6
        $row.InUse | Should -Be 0
        $row.PercentInUse | Should -Be 0
        $row.LicenseExpirationDate | Should -BeOfType [datetime]
        $row.LicenseExpirationDate | Should -Be ([datetime]::new(2037, 12, 31))
        $row.LicenseSubscriptionAdvantageDate | Should -Be ([datetime]::new(2026, 4, 1))
        $row.Uncounted | Should -BeOfType [bool]
        $row.Status | Should -BeExactly 'Serving'
        $row.Signature | Should -BeExactly 'Valid'
        , $row.SerialNumbers | Should -BeOfType [string[]]
        $row.Files | Should -Be 'base.lic'
        $row.Vendor | Should -Be 'ACME'
        $row.VendorString | Should -Match 'LT=Retail'
        $row.HostIds | Should -HaveCount 0
        $row.PoolId | Should -Match '^[0-9a-f]{32}$'
    }

    It 'leaves dates empty that do not exist' {
        $row = Get-LicenseInventory ACME_STD_CCU
        $row.LicenseExpirationDate | Should -BeNullOrEmpty
        $row.LicenseSubscriptionAdvantageDate | Should -BeNullOrEmpty
    }

    It 'filters by <Pattern>' -ForEach @(
        @{ Pattern = '*'; Count = 2 }
        @{ Pattern = 'acme_pro*'; Count = 1 }
        @{ Pattern = 'ACME_???_CCU'; Count = 2 }
        @{ Pattern = 'ACME_[PX]*'; Count = 1 }
        @{ Pattern = 'ACME_PRO_CCU', 'ACME_STD*'; Count = 2 }
        @{ Pattern = 'NONE_*'; Count = 0 }
    ) {
        @(Get-LicenseInventory $Pattern -ErrorAction Stop).Count | Should -Be $Count
    }

    It 'reports a name that no pool has' {
        $record = Get-OnlyError { Get-LicenseInventory NONE_PRO_CCU }
        $record.FullyQualifiedErrorId | Should -Be 'FeatureNotFound,Get-LicenseInventory'
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $record.TargetObject | Should -Be 'NONE_PRO_CCU'
    }

    It 'reports a language that is not offered' {
        (Get-OnlyError { Get-LicenseInventory -Locale xx }).FullyQualifiedErrorId | Should -Be 'LocaleUnsupported,Get-LicenseInventory'
    }

    It 'has a view with the server and right-aligned numbers' {
        $text = Get-LicenseInventory | Out-String -Width 200
        $text | Should -Match 'Server: 127\.0\.0\.1:\d+'
        $text | Should -Match 'Feature\s+Version\s+Installed\s+InUse\s+Free\s+Expires\s+Status\s+Queued\s+Reserved\s+Borrowed\s+Burst\s+Overdraft'
        $text | Should -Match 'ACME_PRO_CCU\s+2026\.0401\s+5\s+0\s+6\s+2037-12-31\s+Serving\s+0\s+0\s+0\s+0\s+1\s+0\s+Retail'
    }

    It 'stops when enough was taken' {
        Get-LicenseInventory | Select-Object -First 1 | Should -HaveCount 1
        Get-LicenseInventory | Should -HaveCount 2 -Because 'the session goes on'
    }
}

Describe 'Get-LicenseUsage with seats held' {
    BeforeAll {
        $alice = Start-TestProduct $server ACME_PRO_CCU -User alice -Device pc1 -Count 2
        $bob = Start-TestProduct $server ACME_PRO_CCU -User 'Böb' -Device pc2
        $carol = Start-TestProduct $server ACME_STD_CCU -User carol -Device pc3
    }

    It 'shows every holder' {
        $rows = @(Get-LicenseUsage)
        $rows.User | Sort-Object | Should -Be 'alice', 'Böb', 'carol'
        $rows[0].PSTypeNames[0] | Should -Be 'LicensingAdmin.UsageRow'
    }

    It 'shows who, where, what and since when' {
        $row = Get-LicenseUsage -User alice
        $row.Device | Should -Be 'pc1'
        $row.Host | Should -Be 'pc1'
        $row.State | Should -BeExactly 'InUse'
        $row.Product | Should -Be 'designer 3.1'
        $row.Count | Should -Be 2
        $row.LicenseModelType | Should -BeExactly 'Concurrent'
        $row.Feature | Should -Be 'ACME_PRO_CCU'
        $row.Since | Should -BeOfType [datetime]
        $row.Since | Should -BeLessThan ([datetime]::Now.AddMinutes(1))
        $row.Until | Should -BeGreaterThan $row.Since
        $row.LeaseId | Should -Match '^[0-9a-f]{32}$'
        $row.PoolId | Should -Be (Get-LicenseInventory ACME_PRO_CCU).PoolId
    }

    It 'filters by <Kind>' -ForEach @(
        @{ Kind = 'feature'; Arguments = @{ Feature = 'ACME_PRO_*' }; Users = 'alice', 'Böb' }
        @{ Kind = 'several features'; Arguments = @{ Feature = 'ACME_STD_CCU', 'X*' }; Users = 'carol' }
        @{ Kind = 'user with letters beyond ASCII'; Arguments = @{ User = 'B?b' }; Users = 'Böb' }
        @{ Kind = 'device'; Arguments = @{ Device = 'pc3' }; Users = 'carol' }
        @{ Kind = 'model without holder'; Arguments = @{ Model = 'User' }; Users = @() }
        @{ Kind = 'vendor'; Arguments = @{ Vendor = 'ACME' }; Users = 'alice', 'Böb', 'carol' }
    ) {
        @(Get-LicenseUsage @Arguments -ErrorAction Stop | ForEach-Object User) | Sort-Object | Should -Be $Users
    }

    It 'is counted in the inventory' {
        $row = Get-LicenseInventory ACME_PRO_CCU
        $row.InUse | Should -Be 3
        $row.Free | Should -Be 3
        $row.PercentInUse | Should -Be 60
    }

    It 'follows pools from the pipeline' {
        (Get-LicenseInventory *_STD_* | Get-LicenseUsage).User | Should -Be 'carol'
    }

    It 'no longer shows who gave the seat back' {
        Stop-TestProduct $server $carol
        Get-LicenseUsage -User carol | Should -BeNullOrEmpty
        (Get-LicenseInventory ACME_STD_CCU).InUse | Should -Be 0
    }
}

Describe 'Other reading commands' {
    It 'Get-LicenseAlert has nothing to say of a healthy server' {
        # A server of its own, without a date that can pass, a seat that is out, or a disk that others fill.
        $healthy = Start-TestServer -Grants @{ ACME_STD_CCU = @{ count = 3; expires = "'permanent'"; version = "'2.1'" } } -Environment @{
            LICENSINGD_ALERTS__DISK_FREE_MIB = '0'
        }
        $own = $null
        try {
            $own = Connect-TestServer $healthy -NotDefault
            Get-LicenseAlert -Session $own -ErrorAction Stop | Should -BeNullOrEmpty
        }
        finally {
            if ($own) {
                Disconnect-LicenseServer $own
            }
            Stop-TestServer $healthy
        }
    }

    It 'Get-LicenseAlert shows an end that has passed, with what to do' {
        $alert = Get-LicenseAlert -Code SubscriptionEnded -ErrorAction Stop
        $alert.Feature | Should -Be 'ACME_PRO_CCU'
        $alert.Detail | Should -Match '2026-04-01'
        $alert.Action | Should -Not -BeNullOrEmpty
    }

    It 'Get-LicenseErrorCode lists codes with advice' {
        $codes = Get-LicenseErrorCode
        $codes.Count | Should -BeGreaterThan 20
        $code = Get-LicenseErrorCode UserNotAuthorized
        $code.Number | Should -Be 1
        $code.Action | Should -Not -BeNullOrEmpty
        (Get-LicenseErrorCode *Certificate*).Code | Should -Contain 'CertificateVerificationFailed'
        (Get-OnlyError { Get-LicenseErrorCode Nonsense }).FullyQualifiedErrorId | Should -Be 'ErrorCodeNotFound,Get-LicenseErrorCode'
    }
}

Describe 'Completion' {
    It 'offers what the server has' {
        $line = 'Get-LicenseUsage acme_p'
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
        $found.CompletionMatches.CompletionText | Should -Contain 'ACME_PRO_CCU'
    }

    It 'offers open sessions' {
        $line = 'Get-LicenseUsage -Session 127'
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
        $found.CompletionMatches.CompletionText | Should -Contain $server.Endpoints.webServices
    }
}
