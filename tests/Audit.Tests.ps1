# The audit: reading it, and verifying it.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $licensing = $null
    $licensing = Start-TestServer -Grants ([ordered]@{ CAD_PRO_CCU = @{ count = 1 } })
    $null = Start-TestProduct $licensing CAD_PRO_CCU anna ws-101
    $session = Connect-TestServer $licensing
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $licensing
}

Describe 'Get-LicenseAudit' {
    It 'lists a checkout with user, host and feature' {
        $rows = @(Get-LicenseAudit CAD* -Event LeaseOpened -Since 1h)
        $rows.Count | Should -Be 1
        $rows[0].User | Should -Be 'anna'
        $rows[0].Host | Should -Be 'ws-101'
        $rows[0].Count | Should -Be 1
        $rows[0].Vendor | Should -Be 'ACME'
    }

    It 'lists what administrators did under the vendor server' {
        $null = New-LicenseToken -Name 'for-the-audit' -Permissions ReadOnly
        $rows = @(Get-LicenseAudit -Vendor server -Newest 1)
        $rows.Count | Should -Be 1
        $rows[0].Operation | Should -Be 'NewToken'
        $rows[0].Actor | Should -Match 'admin'
    }

    It 'lists the newest records, oldest first' {
        $rows = @(Get-LicenseAudit -Vendor ACME -Newest 2)
        $rows.Count | Should -Be 2
        $rows[0].Sequence | Should -Be ($rows[1].Sequence - 1)
    }

    It 'warns where there may be more records than it lists, unless it is told how many' {
        $null = Get-LicenseAudit -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        # Each change is asked for a hundred times at once.
        $sessions = @($session) * 100
        for ($change = 0; $change -lt 10; $change++) {
            $null = Set-LicenseServerConfiguration alerts.calm_seconds (300 + $change) -Session $sessions -ErrorAction Stop
        }
        # Vendor daemons learn of the changes later, and record them as well.
        $rows = @(Get-LicenseAudit -Since 1d -Vendor server -WarningVariable warned -WarningAction SilentlyContinue)
        $rows.Count | Should -Be 1000
        "$warned" | Should -BeLike 'Of server at * only the newest 1000 records*-Newest*'
        $null = Get-LicenseAudit -Newest 1000 -Vendor server -WarningVariable warned
        $warned | Should -BeNullOrEmpty

        $password = Join-Path $licensing.Folder 'password'
        $connection = '--server', $licensing.Address, '--cert-hash', $licensing.CertHash, '--account', 'admin', '--password-file', $password
        # Lines of standard error arrive as error records, those of standard output as text.
        $said = @(& (Get-ProgramPath licensing) audit list --vendor server --json @connection 2>&1)
        $LASTEXITCODE | Should -Be 0
        $hints = @($said | Where-Object { $_ -isnot [string] } | ForEach-Object { "$_" })
        $hints | Should -HaveCount 1
        $hints | Should -BeLike '*only the newest 1000 records of server*--newest*'
        $answer = @($said | Where-Object { $_ -is [string] }) -join "`n" | ConvertFrom-Json
        @($answer.items).Count | Should -Be 1000
        $said = @(& (Get-ProgramPath licensing) audit list --newest 2 --vendor server @connection 2>&1)
        @($said | Where-Object { $_ -isnot [string] }) | Should -BeNullOrEmpty
    }

    It 'refuses a period that ends before it begins' {
        { Get-LicenseAudit -Since 1h -Until 2h -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidStartDateOrEndDate*'
    }
}

Describe 'Test-LicenseAudit' {
    It 'verifies the audit of each vendor and of the server' {
        $rows = @(Test-LicenseAudit | Sort-Object Vendor)
        $rows.Vendor | Should -Be 'ACME', 'server'
        $rows.Whole | Should -Not -Contain $false
        $rows[0].Records | Should -BeGreaterThan 0
    }

    It 'does not pass where no vendor has the name' {
        $record = Get-OnlyError { Test-LicenseAudit -Vendor ACNE }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidFilter,Test-LicenseAudit'
        @(Test-LicenseAudit -Vendor serv*).Vendor | Should -Be 'server'
    }
}
