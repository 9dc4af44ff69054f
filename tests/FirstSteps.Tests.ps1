# The scripts of ps1/examples, as an administrator runs them.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 5 } }
    $null = Start-TestProduct $server ACME_PRO_CCU anna ws-101
    $scripts = Join-Path $PSScriptRoot '../ps1/examples'
    $site = @{
        Server     = $server.Address
        CertHash   = $server.CertHash
        Credential = New-TestCredential admin $server.Password
    }
}

AfterAll {
    Stop-TestServer $server
}

Describe 'Show-SeatUsage.ps1' {
    It 'shows the inventory and who holds seats' {
        $shown = @(& "$scripts/Show-SeatUsage.ps1" @site)
        ($shown | Where-Object { $_.PSTypeNames[0] -eq 'LicensingAdmin.InventoryRow' }).InUse | Should -Be 1
        ($shown | Where-Object { $_.PSTypeNames -match 'GroupInfo' }).Name | Should -Be 'anna'
    }
}

Describe 'Install-LicenseFile.ps1' {
    BeforeAll {
        $file = New-TestLicenseFile $server 'second.lic' @{ ACME_STD_CCU = @{ count = 3 } }
    }

    It 'changes nothing with -WhatIf' {
        $null = & "$scripts/Install-LicenseFile.ps1" $file @site -WhatIf
        $shown = @(& "$scripts/Show-SeatUsage.ps1" @site)
        @($shown | Where-Object { $_.PSTypeNames[0] -eq 'LicensingAdmin.InventoryRow' }).Feature | Should -Be 'ACME_PRO_CCU'
    }

    It 'installs the file and shows the new pools' {
        $shown = @(& "$scripts/Install-LicenseFile.ps1" $file @site)
        $shown[-1].Feature | Should -Be 'ACME_STD_CCU'
        $shown[-1].Installed | Should -Be 3
    }

    It 'installs nothing of a file with errors' {
        $damaged = Join-Path $server.Folder 'damaged.lic'
        [System.IO.File]::WriteAllText($damaged, ([System.IO.File]::ReadAllText($file) -replace ' 3 ', ' 30 '))
        { & "$scripts/Install-LicenseFile.ps1" $damaged @site } | Should -Throw '*cannot be installed*'
    }
}

Describe 'New-MonitoringToken.ps1' {
    It 'stores a token that opens the lists' {
        $path = Join-Path $server.Folder 'monitoring.token'
        $file = & "$scripts/New-MonitoringToken.ps1" $path @site
        $file.FullName | Should -Be ([System.IO.Path]::GetFullPath($path))
        $secret = ConvertTo-TestSecret ([System.IO.File]::ReadAllText($path).Trim())
        $session = Connect-LicenseServer $server.Address -CertHash $server.CertHash -Token $secret -NotDefault -PassThru
        @(Get-LicenseInventory -Session $session).Count | Should -BeGreaterThan 0
        $session.Permissions | Should -Be 'ReadOnly'
        Disconnect-LicenseServer $session
    }
}
