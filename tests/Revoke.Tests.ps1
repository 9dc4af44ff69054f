# Seats that an administrator takes back.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 5 }
            ACME_STD_UD  = @{ count = 3 }
        })
    $null = Connect-TestServer $server
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Revoke-License' {
    BeforeEach {
        Get-LicenseUsage | Revoke-License -Confirm:$false
        foreach ($user in 'alice', 'bob', 'carol') {
            $null = Start-TestProduct $server ACME_PRO_CCU -User $user -Device "pc-$user"
        }
        $null = Start-TestProduct $server ACME_STD_UD -User dave -Device pc-dave
    }

    It 'says what it would do' {
        Get-LicenseUsage | Revoke-License -WhatIf
        Get-LicenseUsage | Should -HaveCount 4
    }

    It 'takes back what comes through the pipeline' {
        Get-LicenseUsage -User alice | Revoke-License -Confirm:$false | Should -BeNullOrEmpty
        (Get-LicenseUsage).User | Sort-Object | Should -Be 'bob', 'carol', 'dave'
        (Get-LicenseInventory ACME_PRO_CCU).InUse | Should -Be 2
    }

    It 'takes an assigned seat back before its period is over' {
        $revoked = Get-LicenseUsage -Model User | Revoke-License -Confirm:$false -PassThru
        $revoked.User | Should -Be 'dave'
        $revoked.PSTypeNames[0] | Should -Be 'LicensingAdmin.UsageRow'
        (Get-LicenseInventory ACME_STD_UD).InUse | Should -Be 0
    }

    It 'takes back what fits the filters' {
        $revoked = Revoke-License -Feature 'ACME_*' -Device 'pc-?*o*' -Confirm:$false -PassThru
        $revoked.User | Sort-Object | Should -Be 'bob', 'carol'
        Get-LicenseUsage | Should -HaveCount 2
    }

    It 'takes nothing back when it is told nothing' {
        $problem = { Revoke-License -User '' -Confirm:$false -ErrorAction Stop } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Match '^InvalidFilter'
        Get-LicenseUsage | Should -HaveCount 4
    }

    It 'passes over seats that are gone' {
        $rows = Get-LicenseUsage
        $rows | Revoke-License -Confirm:$false
        $rows | Revoke-License -Confirm:$false -PassThru -ErrorAction Stop | Should -BeNullOrEmpty
    }
}
