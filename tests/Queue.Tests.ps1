# Who waits for a seat.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 1 }
            ACME_STD_CCU = @{ count = 1; expires = "'permanent'"; version = "'2.1'" }
        })
    $null = Connect-TestServer $server
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseQueue' {
    It 'lists who waits, until the turn comes' {
        Get-LicenseQueue | Should -BeNullOrEmpty
        $holder = Start-TestProduct $server ACME_STD_CCU -User alice -Device pc1
        $waiting = Start-Program licensing @(
            'checkout', 'ACME_STD_CCU', '--manager', $server.Manager, '--user', 'dora', '--device', 'pc4', '--queue', '5m')
        try {
            $deadline = [datetime]::UtcNow.AddSeconds(60)
            while (-not ($row = Get-LicenseQueue) -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 50 }
            $row.PSTypeNames[0] | Should -Be 'LicensingAdmin.QueueRow'
            $row.Feature | Should -Be 'ACME_STD_CCU'
            $row.Position | Should -Be 1
            $row.User | Should -Be 'dora'
            $row.Count | Should -Be 1
            (Get-LicenseInventory ACME_STD_CCU).Queued | Should -Be 1
            Get-LicenseQueue -User d* | Should -HaveCount 1
            Get-LicenseQueue -Feature ACME_PRO_CCU | Should -BeNullOrEmpty
            Get-LicenseQueue | Out-String -Width 200 | Should -Match 'ACME_STD_CCU\s+1\s+dora\s+pc4'
            Stop-TestProduct $server $holder
            while ((Get-LicenseQueue) -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 50 }
            (Get-LicenseUsage -Feature ACME_STD_CCU).User | Should -Be 'dora'
        }
        finally {
            Stop-Program $waiting
        }
    }
}
