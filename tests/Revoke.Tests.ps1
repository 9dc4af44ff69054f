# Seats that an administrator takes back.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 5 }
            ACME_STD_UD  = @{ count = 3 }
            ACME_LIN_CCU = @{ count = 3 }
            ACME_BOR_CCU = @{ count = 3; borrow = 'true' }
        }) -Options 'LINGER ACME_LIN_CCU 3600'
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

    It 'takes back seats that linger and seats that are borrowed' {
        $lingering = Start-TestProduct $server ACME_LIN_CCU -User erin -Device pc-erin
        Stop-TestProduct $server $lingering
        $null = Invoke-Program licensing @(
            'checkout', 'ACME_BOR_CCU', '--manager', $server.Manager, '--user', 'frank', '--device', 'pc-frank',
            '--borrow', '8h', '--tickets', (Join-Path $server.Folder 'tickets'))
        $rows = Get-LicenseUsage ACME_LIN_CCU, ACME_BOR_CCU
        ($rows | Where-Object User -EQ erin).State | Should -BeExactly 'Lingering'
        $borrowed = $rows | Where-Object User -EQ frank
        $borrowed.State | Should -BeExactly 'Borrowed'
        $borrowed.Until | Should -BeGreaterThan (Get-Date).AddHours(7)
        (Get-LicenseInventory ACME_BOR_CCU).Borrowed | Should -Be 1
        $rows | Revoke-License -WhatIf
        Get-LicenseUsage | Should -HaveCount 6
        ($rows | Revoke-License -Confirm:$false -PassThru).User | Sort-Object | Should -Be 'erin', 'frank'
        Get-LicenseUsage | Should -HaveCount 4
        (Get-LicenseInventory ACME_LIN_CCU, ACME_BOR_CCU).InUse | Should -Be 0, 0
        (Get-LicenseInventory ACME_BOR_CCU).Borrowed | Should -Be 0
    }

    It 'takes a thousand rows from the pipeline in one step' {
        $held = @(Get-LicenseUsage)
        $server = $held[0].Server
        $gone = foreach ($number in 1..1000) {
            [pscustomobject]@{ LeaseId = '{0:x32}' -f $number; Server = $server }
        }
        $said = & { $gone + $held | Revoke-License -Confirm:$false -PassThru -Verbose -ErrorAction SilentlyContinue } 4>&1
        @($said | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -like 'RevokeLeases at*' }) | Should -HaveCount 1
        @($said | Where-Object { $_.PSTypeNames[0] -eq 'LicensingAdmin.UsageRow' }) | Should -HaveCount 4
        Get-LicenseUsage | Should -BeNullOrEmpty
    }

    It 'takes back what fits the filters' {
        $revoked = Revoke-License -Feature 'ACME_*' -Device 'pc-?*o*' -Confirm:$false -PassThru
        $revoked.User | Sort-Object | Should -Be 'bob', 'carol'
        Get-LicenseUsage | Should -HaveCount 2
    }

    It 'revokes nothing when nothing is named' {
        $problem = { Revoke-License -User '' -Confirm:$false -ErrorAction Stop } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Match '^BlankFilter'
        $problem = { Revoke-License -Confirm:$false } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Match '^InvalidFilter'
        Get-LicenseUsage | Should -HaveCount 4
    }

    It 'reports seats that are gone, each by its id' {
        $rows = Get-LicenseUsage
        $rows | Select-Object -First 3 | Revoke-License -Confirm:$false
        $errors = @()
        $revoked = $rows | Revoke-License -Confirm:$false -PassThru -ErrorAction SilentlyContinue -ErrorVariable errors
        $revoked.LeaseId | Should -Be $rows[3].LeaseId
        $errors.TargetObject | Should -Be $rows[0..2].LeaseId
        $errors[0].FullyQualifiedErrorId | Should -Be 'LeaseNotFound,Revoke-License'
    }

    It 'reports that nothing is there to be revoked: <Why>' -ForEach @(
        @{ Why = 'an unknown id'; Arguments = @{ LeaseId = 'ff' * 16 } }
        @{ Why = 'an unknown user'; Arguments = @{ User = 'nobody' } }
        @{ Why = 'an unknown feature'; Arguments = @{ Feature = 'ACME_NO_CCU' } }
    ) {
        $record = Get-OnlyError { Revoke-License @Arguments -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be 'LeaseNotFound,Revoke-License'
        { Revoke-License @Arguments -Confirm:$false -ErrorAction Stop } | Should -Throw
    }
}
