# Seats that the options file sets aside.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 10 }
            ACME_STD_CCU = @{ count = 3; expires = "'permanent'"; version = "'2.1'" }
        }) -Options @(
        'GROUP designers alice bob'
        'HOST_GROUP lab lab-1 lab-2'
        'RESERVE 3 ACME_PRO_CCU GROUP designers'
        'RESERVE 1 ACME_PRO_CCU USER carol'
        'RESERVE 5 ACME_STD_CCU HOST_GROUP lab'
    )
    $null = Connect-TestServer $server
    $null = Start-TestProduct $server ACME_PRO_CCU -User alice -Device pc1 -Count 2
    $null = Start-TestProduct $server ACME_PRO_CCU -User dave -Device pc2
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseReservation' {
    It 'shows what is set aside for whom, and what of it is used' {
        $rows = @(Get-LicenseReservation)
        $rows | Should -HaveCount 3
        $group = $rows | Where-Object Kind -EQ 'GROUP'
        $group.PSTypeNames[0] | Should -Be 'LicensingAdmin.ReservationRow'
        $group.Feature | Should -Be 'ACME_PRO_CCU'
        $group.Version | Should -Be '2026.0401'
        $group.Name | Should -Be 'designers'
        $group.Seats | Should -BeOfType [int]
        $group.Seats | Should -Be 3
        $group.InUse | Should -Be 2
        $group.Idle | Should -Be 1
        $group.Line | Should -Be 3
        $group.Vendor | Should -Be 'ACME'
    }

    It 'shows no more seats than the pool has' {
        $row = Get-LicenseReservation ACME_STD_CCU
        $row.Kind | Should -BeExactly 'HOST_GROUP'
        $row.Seats | Should -Be 3
    }

    It 'filters by <What>' -ForEach @(
        @{ What = 'feature'; Arguments = @{ Feature = '*_STD_*' }; Names = 'lab' }
        @{ What = 'several features'; Arguments = @{ Feature = 'acme_[sx]*', '*PRO*' }; Names = 'carol', 'designers', 'lab' }
        @{ What = 'kind'; Arguments = @{ Kind = 'user', 'GROUP' }; Names = 'carol', 'designers' }
        @{ What = 'name'; Arguments = @{ Name = 'c*' }; Names = 'carol' }
        @{ What = 'vendor'; Arguments = @{ Vendor = 'other' }; Names = @() }
    ) {
        @(Get-LicenseReservation @Arguments -ErrorAction Stop | ForEach-Object Name) | Sort-Object | Should -Be $Names
    }

    It 'follows pools from the pipeline' {
        (Get-LicenseInventory *_PRO_* | Get-LicenseReservation).Name | Sort-Object | Should -Be 'carol', 'designers'
    }

    It 'is counted apart from what is in use' {
        $row = Get-LicenseInventory ACME_PRO_CCU
        $row.Reserved | Should -Be 2
        $row.InUse | Should -Be 3
        $row.Free | Should -Be 5
    }

    It 'has a view' {
        $text = Get-LicenseReservation ACME_PRO_CCU | Out-String -Width 200
        $text | Should -Match 'Feature\s+Version\s+Kind\s+Name\s+Seats\s+InUse\s+Idle\s+Line'
        $text | Should -Match 'ACME_PRO_CCU\s+2026\.0401\s+GROUP\s+designers\s+3\s+2\s+1\s+3'
    }

    It 'is empty where nothing is set aside' {
        Get-LicenseReservation NONE_* -ErrorAction Stop | Should -BeNullOrEmpty
    }
}
