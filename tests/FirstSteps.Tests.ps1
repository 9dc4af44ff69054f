# The scripts of ps1/examples, as an administrator runs them.

BeforeDiscovery {
    $examples = Get-ChildItem (Join-Path $PSScriptRoot '../ps1/examples') -Filter *.ps1 | ForEach-Object { @{ Name = $_.BaseName; Path = $_.FullName } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 5 }; ACME_ONE_CCU = @{ count = 1 } }
    $null = Start-TestProduct $server ACME_PRO_CCU anna ws-101
    $null = Start-TestProduct $server ACME_ONE_CCU ben ws-102
    # One who is refused.
    try { $null = Start-TestProduct $server ACME_ONE_CCU carla ws-103 } catch { $null = $_ }
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

Describe 'The example <Name>' -ForEach $examples {
    It 'has a synopsis, a description of each parameter and an example' {
        $command = Get-Command $Path
        $help = $command.ScriptBlock.Ast.GetHelpContent()
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Examples.Count | Should -BeGreaterOrEqual 1
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $help.Parameters.Keys | Should -Contain $parameter.ToUpperInvariant()
        }
    }

    It 'is tested here' {
        Get-Content -LiteralPath (Join-Path $PSScriptRoot 'FirstSteps.Tests.ps1') -Raw | Should -Match "\nDescribe '$Name\.ps1'"
    }
}

Describe 'Show-SeatUsage.ps1' {
    It 'shows the inventory and who holds seats' {
        $shown = @(& "$scripts/Show-SeatUsage.ps1" @site)
        ($shown | Where-Object { $_.PSTypeNames[0] -eq 'LicensingAdmin.InventoryRow' }).InUse | Should -Be 1, 1
        ($shown | Where-Object { $_.PSTypeNames -match 'GroupInfo' }).Name | Sort-Object | Should -Be 'anna', 'ben'
    }
}

Describe 'Install-LicenseFile.ps1' {
    BeforeAll {
        $file = New-TestLicenseFile $server 'second.lic' @{ ACME_STD_CCU = @{ count = 3 } }
    }

    It 'changes nothing with -WhatIf' {
        $null = & "$scripts/Install-LicenseFile.ps1" $file @site -WhatIf
        $shown = @(& "$scripts/Show-SeatUsage.ps1" @site)
        @($shown | Where-Object { $_.PSTypeNames[0] -eq 'LicensingAdmin.InventoryRow' }).Feature | Should -Be 'ACME_ONE_CCU', 'ACME_PRO_CCU'
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

    It 'makes no token whose secret could not be stored: <Name>' -ForEach @(
        @{ Name = 'monitoring.token'; Said = '*exists; no token was made*' }
        @{ Name = 'no-folder/monitoring.token'; Said = '*no folder*no token was made*' }
    ) {
        $session = Connect-TestServer $server -NotDefault
        $before = @(Get-LicenseToken -Session $session).TokenId
        { & "$scripts/New-MonitoringToken.ps1" (Join-Path $server.Folder $Name) @site } | Should -Throw $Said
        @(Get-LicenseToken -Session $session).TokenId | Should -Be $before
        Disconnect-LicenseServer $session
    }
}

Describe 'Show-Denial.ps1' {
    It 'says who held the seat then' {
        $shown = @(& "$scripts/Show-Denial.ps1" carla @site)
        $shown.Count | Should -Be 1
        $shown[0].Feature | Should -Be 'ACME_ONE_CCU'
        $shown[0].Holders.User | Should -Be 'ben'
    }

    It 'finds nothing of those who were never refused' {
        & "$scripts/Show-Denial.ps1" anna -Since 7d @site | Should -BeNullOrEmpty
    }
}

Describe 'Show-SeatQueue.ps1' {
    It 'shows the holders when nobody waits' {
        (& "$scripts/Show-SeatQueue.ps1" 'ACME_*_CCU' @site).User | Should -Be 'anna', 'ben'
    }
}

Describe 'Find-IdleSeat.ps1' {
    It 'lists what was not heard of for so long' {
        & "$scripts/Find-IdleSeat.ps1" @site | Should -BeNullOrEmpty
        (& "$scripts/Find-IdleSeat.ps1" -Idle 0s @site).User | Sort-Object | Should -Be 'anna', 'ben'
    }
}

Describe 'Compare-LicenseFile.ps1' {
    It 'shows the seats before and after, and changes nothing' {
        $path = New-TestLicenseFile $server 'third.lic' @{ ACME_PRO_CCU = @{ count = 2; version = "'2027.0401'" } }
        $shown = @(& "$scripts/Compare-LicenseFile.ps1" $path @site)
        $shown.Feature | Should -Be 'ACME_PRO_CCU'
        $shown[0].Change | Should -Be 2
        @(& "$scripts/Compare-LicenseFile.ps1" $path @site)[0].Before | Should -Be 0
    }
}

Describe 'Export-SeatInventory.ps1' {
    It 'writes a row for each feature, and nothing with -WhatIf' {
        $path = Join-Path $server.Folder 'seats.csv'
        & "$scripts/Export-SeatInventory.ps1" $path @site -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $path | Should -BeFalse
        (& "$scripts/Export-SeatInventory.ps1" $path @site).FullName | Should -Be $path
        $rows = Import-Csv -LiteralPath $path
        ($rows | Where-Object Feature -EQ 'ACME_PRO_CCU').Installed | Should -Be '5'
        ($rows | Where-Object Feature -EQ 'ACME_PRO_CCU').Expires | Should -Be '2037-12-31'
    }
}

Describe 'New-ReadOnlyAdministrator.ps1' {
    It 'makes an account that may look' {
        $account = New-TestCredential helpdesk 'correct horse battery staple'
        $null = & "$scripts/New-ReadOnlyAdministrator.ps1" $account @site -WhatIf
        $shown = @(& "$scripts/New-ReadOnlyAdministrator.ps1" $account @site)
        ($shown | Where-Object Account -Like '*helpdesk' | Select-Object -Last 1).Permissions | Should -Be 'ReadOnly'
        { & "$scripts/New-ReadOnlyAdministrator.ps1" $account @site } | Should -Throw
    }
}

Describe 'Revoke-UserSeat.ps1' {
    It 'takes nothing with -WhatIf, and then every seat' {
        & "$scripts/Revoke-UserSeat.ps1" anna @site -WhatIf | Should -BeNullOrEmpty
        @(& "$scripts/Revoke-UserSeat.ps1" anna @site -Confirm:$false).Feature | Should -Be 'ACME_PRO_CCU'
        & "$scripts/Revoke-UserSeat.ps1" anna @site -Confirm:$false | Should -BeNullOrEmpty
    }
}
