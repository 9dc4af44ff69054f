# The same in every culture: names are matched as the server matches them, and dates and numbers are read and written.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    # A shell without culture data knows the invariant culture only.
    $hasCultures = try { [cultureinfo]::GetCultureInfo('tr-TR', $true).TextInfo.ToLower('I') -ne 'i' } catch { $false }
    $cultures = 'tr-TR', 'az', 'de-DE', 'ja-JP' | ForEach-Object { @{ Culture = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{ DESIGN_PLT_UD = @{ count = 3 }; ACME_INI_CCU = @{ count = 1 }; ACME_RES_CCU = @{ count = 1 } }) -Options 'RESERVE 1 ACME_RES_CCU USER ivan'
    $null = Connect-TestServer $server
    $null = Start-TestProduct $server DESIGN_PLT_UD -User 'ivan' -Device 'PC-I'
    $null = Start-TestProduct $server ACME_INI_CCU -User 'iris' -Device 'PC-J'
    & (Get-ProgramPath licensing) checkout ACME_INI_CCU --manager $server.Manager --user ivan --device pc-i --product 'designer 3.1' 2>&1 | Out-Null
    $before = [cultureinfo]::CurrentCulture
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'In the culture <Culture>' -ForEach $cultures -Skip:(-not $hasCultures) {
    BeforeAll {
        [cultureinfo]::CurrentCulture = [cultureinfo]::GetCultureInfo($Culture)
        [cultureinfo]::CurrentUICulture = [cultureinfo]::GetCultureInfo($Culture)
    }
    AfterAll {
        [cultureinfo]::CurrentCulture = $before
        [cultureinfo]::CurrentUICulture = $before
    }

    It 'names are found whatever their case' {
        (Get-LicenseInventory design_plt_ud).Feature | Should -Be 'DESIGN_PLT_UD'
        (Get-LicenseUsage design_plt_ud -User IVAN).Feature | Should -Be 'DESIGN_PLT_UD'
        (Get-LicenseUsage acme_ini_ccu -Device pc-j).User | Should -Be 'iris'
        (Get-LicenseDenial acme_ini_* -User IVAN).Feature | Should -Be 'ACME_INI_CCU'
        (Get-LicenseReservation acme_res_* -User IVAN).Name | Should -Be 'ivan'
        Get-LicenseQueue acme_ini_ccu -ErrorAction Stop | Should -BeNullOrEmpty
        (Get-LicenseErrorCode INVALIDFILTER).Code | Should -Be 'InvalidFilter'
    }

    It 'dates go in and out' {
        $row = Get-LicenseUsage -User ivan
        (Get-LicenseDenial -Since $row.Since).Feature | Should -Be 'ACME_INI_CCU'
        (Get-LicenseDenial -Since 1h).Feature | Should -Be 'ACME_INI_CCU'
        (Get-LicenseDenial -Since ([DateTimeOffset]::Now.AddHours(-1))).Feature | Should -Be 'ACME_INI_CCU'
        (Get-LicenseDenial -Since ([timespan]::FromHours(1))).Feature | Should -Be 'ACME_INI_CCU'
        Get-LicenseUsage -OlderThan 7d | Should -BeNullOrEmpty
        ((Get-Date) - $row.LastHeartbeat).TotalHours | Should -BeLessThan 1
    }

    It 'every list works: <Name>' -ForEach (Get-Command -Module LicensingAdmin -Name Get-License*, Test-LicenseCompliance | Where-Object {
            # Renewals are asked of the vendor's fulfilment, which this server has none of.
            $_.Name -notin 'Get-LicensePool', 'Get-LicenseCertificate', 'Get-LicenseRenewal' -and -not ($_.Parameters.Values.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.Mandatory })
        } | ForEach-Object { @{ Name = $_.Name } }) {
        # What is shown can be made as well: dates and numbers go through the views.
        { & $Name -ErrorAction Stop | Out-String -Width 80 } | Should -Not -Throw
    }

    It 'seats are revoked by any case of the name' {
        Revoke-License -User IRIS -WhatIf
        Get-LicenseUsage | Should -HaveCount 2
    }
}
