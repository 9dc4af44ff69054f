# Pools over WS-Management, and the scripts that were written for the original, unmodified.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    Import-Module (Get-BuiltPath 'LicensingAdmin.Compat') -Global
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            XDT_PLT_UD = @{ count = 25; version = "'2027.0401'"; vendor_string = "{ license_type = 'Retail', overdraft_percent = 20 }" }
            XDT_ENT_UD = @{ count = 10 }
            MPS_ADV_CCU = @{ count = 5 }
        }) -Environment @{
        LICENSINGD_WSMAN__ENABLED    = 'true'
        LICENSINGD_WSMAN__PORT       = '0'
        LICENSINGD_WSMAN__PLAIN      = 'true'
        LICENSINGD_WSMAN__PLAIN_PORT = '0'
    }
    $wsman = $server.Endpoints.wsman
    $plain = $server.Endpoints.wsmanPlain
    $env:LICENSING_WMI_PORT = $wsman -replace '^.*:'
    Connect-LicenseServer $server.Address -CertHash $server.CertHash -Credential (New-TestCredential admin $server.Password)
    $monitor = New-TestCredential monitor 'a password of the tests'
    $null = New-LicenseAdministrator -Credential $monitor -Permission ReadOnly -AllowNtlm
}

AfterAll {
    $env:LICENSING_WMI_PORT = $null
    Disconnect-LicenseServer -All
    Remove-Module LicensingAdmin.Compat -ErrorAction SilentlyContinue
    Stop-TestServer $server
}

Describe 'Get-LicensePool' {
    It 'asks the server of the default session' {
        $pools = Get-LicensePool
        $pools.Feature | Sort-Object | Should -Be 'MPS_ADV_CCU', 'XDT_ENT_UD', 'XDT_PLT_UD'
        $platinum = $pools | Where-Object Feature -EQ 'XDT_PLT_UD'
        $platinum.Installed | Should -Be 25
        $platinum.Overdraft | Should -Be 5
        $platinum.Count | Should -Be 30
        $platinum.SubscriptionDate | Should -Be ([datetime] '2027-04-01')
    }

    It 'asks a named server with Basic, with NTLM, and with encrypted messages over HTTP' {
        $named = @{ Credential = $monitor; Feature = 'XDT_*' }
        Get-LicensePool @named -WmiServer $wsman -CertHash $server.CertHash | Should -HaveCount 2
        Get-LicensePool @named -WmiServer $wsman -CertHash $server.CertHash -Authentication Ntlm | Should -HaveCount 2
        Get-LicensePool @named -WmiServer $plain -NoTls | Should -HaveCount 2
    }

    It 'says that a password is wrong' {
        $record = Get-OnlyError { Get-LicensePool -WmiServer $plain -NoTls -Credential (New-TestCredential monitor 'another password') }
        $record.FullyQualifiedErrorId | Should -Match '^AuthorizationFailed'
    }

    It 'says that an account is locked' {
        $guessed = New-TestCredential guessed 'a password of the tests'
        $null = New-LicenseAdministrator -Credential $guessed -Permission ReadOnly -AllowNtlm
        $guess = New-TestCredential guessed 'another password'
        foreach ($attempt in 1..5) {
            $record = Get-OnlyError { Get-LicensePool -WmiServer $plain -NoTls -Credential $guess }
            $record.FullyQualifiedErrorId | Should -Match '^AuthorizationFailed'
        }
        $record = Get-OnlyError { Get-LicensePool -WmiServer $plain -NoTls -Credential $guessed }
        $record.FullyQualifiedErrorId | Should -Match '^AccountLocked'
    }

    It 'sends no password without TLS' {
        $record = Get-OnlyError { Get-LicensePool -WmiServer $plain -NoTls -Authentication Basic -Credential $monitor }
        $record.FullyQualifiedErrorId | Should -Match '^InvalidRequest'
    }
}

Describe 'Snap-ins' {
    It 'are loaded by name, by pattern, and once in a loop' {
        { Add-PSSnapin Citrix.Licensing.Admin.V1 -ErrorAction Stop } | Should -Not -Throw
        { asnp Citrix* } | Should -Not -Throw
        { Add-PSSnapin citrix* -ErrorAction SilentlyContinue } | Should -Not -Throw
        { foreach ($s in 'Citrix.Licensing.Admin.V1') { Add-PSSnapin -Name $s -ErrorAction Stop } } | Should -Not -Throw
        if (-not (Get-PSSnapin -Name Citrix.Licensing.Admin.V1 -ErrorAction SilentlyContinue)) { throw 'it was not added' }
        (Get-PSSnapin -Registered | Where-Object { $_.Name -like 'Citrix*' }).Name | Should -Be 'Citrix.Licensing.Admin.V1'
    }

    It 'of other names are errors that can be caught' {
        { Add-PSSnapin -Name Citrix.Broker.Admin.V2 -ErrorAction Stop } | Should -Throw
        $record = Get-OnlyError { Add-PSSnapin Other }
        $record.FullyQualifiedErrorId | Should -Match '^AddPSSnapInRead'
    }

    It 'can be imported as a module of the old name' {
        Import-Module (Get-BuiltPath 'Citrix.Licensing.Admin.V1') -ErrorAction Stop
        (Get-Command -Module Citrix.Licensing.Admin.V1).Name | Should -Contain 'Get-LicInventory'
        (Get-Command -Module Citrix.Licensing.Admin.V1).Name | Should -Not -Contain 'Get-LicenseInventory'
        (Get-LicInventory -AdminAddress $server.Address).LicenseProductName | Should -Contain 'XDT'
        Remove-Module Citrix.Licensing.Admin.V1
    }
}

Describe 'Get-WmiObject' {
    It 'runs with shortened parameters' {
        $pools = gwmi -class "Citrix_GT_License_Pool" -Namespace "ROOT\CitrixLicensing" -comp .
        $pools | Should -HaveCount 3
        (gwmi -cl Citrix_GT_License_Pool -names ROOT\CitrixLicensing) | Should -HaveCount 3
    }

    It 'filters, selects and sums' {
        $one = Get-WmiObject -Class Citrix_GT_License_Pool -Namespace "ROOT\CitrixLicensing" -Filter "PLD='XDT_PLT_UD'"
        $one.Count | Should -Be 30
        $one.Count - $one.Overdraft | Should -Be 25
        [Math]::Round($one.InUseCount / $one.Count * 100, 0) | Should -Be 0
        "{0}" -f $one.Count | Should -Be '30'
        $one.SubscriptionDate.Substring(0, 8) | Should -Be '20270401'
        $one.ConvertToDateTime($one.SubscriptionDate).ToUniversalTime() | Should -Be ([datetime]::new(2027, 4, 1, 0, 0, 0, [System.DateTimeKind]::Utc))
        $one.__CLASS | Should -Be 'Citrix_GT_License_Pool'
        $one.__PATH | Should -Match '^\\\\.+\\ROOT\\CitrixLicensing:Citrix_GT_License_Pool\.PLD="XDT_PLT_UD"'

        $rows = Get-WmiObject -Namespace "ROOT\CitrixLicensing" -Query "SELECT Count,InUseCount FROM Citrix_GT_License_Pool WHERE PLD='XDT_ENT_UD'"
        $rows.Count | Should -Be 10
        $rows.PSObject.Properties['PLD'] | Should -BeNullOrEmpty
        $all = Get-WmiObject -Class Citrix_GT_License_Pool -Namespace ROOT\CitrixLicensing -Property PLD,Count
        ($all | Measure-Object -Property Count -Sum).Sum | Should -Be 45
        ($all | Select-Object PLD -Unique) | Should -HaveCount 3
        ($all | Group-Object PLD) | Should -HaveCount 3
        @($all | Where-Object { $_.PLD -match 'XDT' }) | Should -HaveCount 2
    }

    It 'lists classes' {
        (Get-WmiObject -List -Namespace ROOT\CitrixLicensing).Name | Should -Contain 'Citrix_GT_License_Pool'
    }

    It 'fails as scripts expect' {
        $record = Get-OnlyError { Get-WmiObject -Class Nothing -Namespace ROOT\CitrixLicensing }
        $record.FullyQualifiedErrorId | Should -Match '^GetWMIManagementException'
        { Get-WmiObject -Class Nothing -Namespace ROOT\CitrixLicensing -ErrorAction Stop } | Should -Throw
    }
}

Describe 'CIM commands' -Skip:$IsWindows {
    It 'ask by class, by query and over sessions' {
        $pools = Get-CimInstance -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool
        $pools | Should -HaveCount 3
        ($pools | Where-Object PLD -EQ 'XDT_PLT_UD').SubscriptionDate | Should -BeOfType [datetime]
        ($pools | Where-Object PLD -EQ 'XDT_PLT_UD').Count | Should -BeOfType [uint32]
        Get-CimInstance -Namespace root\CitrixLicensing -Query "SELECT * FROM Citrix_GT_License_Pool WHERE Count > 5" | Should -HaveCount 2
        $option = New-CimSessionOption -Protocol Dcom
        $session = New-CimSession -ComputerName $wsman -SessionOption $option -Credential $monitor
        Get-CimInstance -CimSession $session -Namespace root/CitrixLicensing -ClassName Citrix_GT_License_Pool | Should -HaveCount 3
        Remove-CimSession $session
    }

    It 'trust the certificate that is shown when a script asks for that' {
        $option = New-CimSessionOption -UseSsl -SkipCACheck -SkipCNCheck
        $session = New-CimSession -ComputerName $wsman -SessionOption $option -Credential $monitor -Authentication Basic
        Get-CimInstance -CimSession $session -Namespace root/CitrixLicensing -ClassName Citrix_GT_License_Pool | Should -HaveCount 3
        Remove-CimSession -Name $session.Name
    }

    It 'describe classes' {
        $class = Get-CimClass -ClassName Citrix_GT_License_Pool -Namespace root\CitrixLicensing
        $class.CimClassProperties | Should -HaveCount 15
        ($class.CimClassProperties | Where-Object Name -EQ 'Count').CimType | Should -Be 'uint32'
        (Get-CimClass -Namespace root\CitrixLicensing).CimClassName | Should -Contain 'Citrix_GT_License'
    }

    It 'fail as scripts expect' {
        $record = Get-OnlyError { Get-CimInstance -Namespace root\CitrixLicensing -ClassName Nothing }
        $record.FullyQualifiedErrorId | Should -Match '^HRESULT 0x80041010'
    }

    It 'tell the version of the protocol' {
        $found = Test-WSMan -ComputerName $wsman
        ($found.ProductVersion | Select-String '(\d\.\d)$').Matches[0].Groups[1].Value | Should -Be '3.0'
    }
}
