# Why users were refused.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 1 } }
    $null = Connect-TestServer $server
    $first = Start-TestProduct $server ACME_PRO_CCU -User alice -Device pc1

    # A product that asks once and is refused.
    function Deny-TestProduct($User, $Device, $Feature = 'ACME_PRO_CCU') {
        $licensing = Get-ProgramPath licensing
        $null = & $licensing checkout $Feature --manager $server.Manager --user $User --device $Device --product 'designer 3.1' 2>&1
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseDenial' {
    BeforeAll {
        Deny-TestProduct bob pc2
        Deny-TestProduct bob pc2
        Deny-TestProduct carol pc3 NONE_CCU
    }

    It 'says why, how often, what to do, and who held the seats' {
        $row = Get-LicenseDenial -User bob
        $row | Should -HaveCount 1
        $row.PSTypeNames[0] | Should -Be 'LicensingAdmin.DenialRow'
        $row.Times | Should -Be 2
        $row.Number | Should -Be -4
        $row.Reason | Should -Be 'AllSeatsTaken'
        $row.Device | Should -Be 'pc2'
        $row.Product | Should -Be 'designer 3.1'
        $row.Action | Should -Not -BeNullOrEmpty
        $row.Time | Should -BeOfType [datetime]
        $row.SeatsOut | Should -Be 1
        $row.HolderCount | Should -Be 1
        $row.Holders[0].User | Should -Be 'alice'
        $row.Holders[0].Device | Should -Be 'pc1'
        $row.GrantedLater | Should -BeFalse
    }

    It 'shows all of it at one look' {
        $text = Get-LicenseDenial -User bob | Out-String -Width 200
        $text | Should -Match 'Denied\s+: .*, 2 times until'
        $text | Should -Match 'Who\s+: bob on pc2'
        $text | Should -Match 'Reason\s+: All seats are taken\. \(AllSeatsTaken, -4\)'
        $text | Should -Match 'HeldBy\s+: 1 seats: alice on pc1 since'
        $text | Should -Match 'Granted\s+: not since'
        Get-LicenseDenial -User bob | Format-Table | Out-String -Width 200 |
            Should -Match 'ACME_PRO_CCU\s+bob\s+pc2\s+AllSeatsTaken'
    }

    It 'filters by <What>' -ForEach @(
        @{ What = 'feature'; Arguments = @{ Feature = 'ACME_*' }; Users = 'bob' }
        @{ What = 'several features'; Arguments = @{ Feature = 'ACME_*', 'N*' }; Users = 'bob', 'carol' }
        @{ What = 'user'; Arguments = @{ User = 'c*' }; Users = 'carol' }
        @{ What = 'device'; Arguments = @{ Device = 'pc2' }; Users = 'bob' }
        @{ What = 'number'; Arguments = @{ Number = -5 }; Users = 'carol' }
        @{ What = 'number without sign'; Arguments = @{ Number = 4 }; Users = 'bob' }
        @{ What = 'several numbers'; Arguments = @{ Number = -4, 5 }; Users = 'bob', 'carol' }
        @{ What = 'time'; Arguments = @{ Since = [datetime]::Now.AddHours(1) }; Users = @() }
        @{ What = 'vendor'; Arguments = @{ Vendor = 'other' }; Users = @() }
        @{ What = 'the newest'; Arguments = @{ Limit = 1 }; Users = 'carol' }
    ) {
        @(Get-LicenseDenial @Arguments -ErrorAction Stop | ForEach-Object User) | Sort-Object | Should -Be $Users
    }

    It 'follows pools and holders from the pipeline' {
        (Get-LicenseInventory *_PRO_* | Get-LicenseDenial).User | Should -Be 'bob'
        Get-LicenseUsage -User alice | Get-LicenseDenial | Should -BeNullOrEmpty
    }

    It 'tells when the user got a seat after all' {
        Stop-TestProduct $server $first
        $second = Start-TestProduct $server ACME_PRO_CCU -User bob -Device pc2
        $row = Get-LicenseDenial -User bob
        $row.GrantedLater | Should -BeTrue
        $row.GrantedAt | Should -BeOfType [datetime]
        Stop-TestProduct $server $second
    }
}
