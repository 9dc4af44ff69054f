# The commands of the snap-in against a real server.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 5; vendor_string = "{ license_type = 'Retail', overdraft_percent = 20 }" }
            ACME_STD_CCU = @{ count = 3; expires = "'permanent'"; version = "'2.1'" }
        })
    $address = $server.Address
    $admin = @{ CertHash = $server.CertHash; Credentials = New-TestCredential admin $server.Password }

    function Get-PropertyNames($Object) {
        $Object.PSObject.Properties.Where({ $_.MemberType -eq 'NoteProperty' }).Name
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Finding the server' {
    BeforeAll {
        $hostName, $port = $server.Manager -split ':'
    }

    It 'Get-LicLocation returns the address of the web services' {
        $found = Get-LicLocation $hostName $port
        $found | Should -BeOfType [string]
        $found | Should -Be "$address/"
    }

    It 'Get-LicLocation returns <Kind>' -ForEach @(
        @{ Kind = 'LS' }
        @{ Kind = 'VD' }
        @{ Kind = 'LAC' }
        @{ Kind = 'wsl' }
    ) {
        $found = Get-LicLocation -LicenseServerAddress $hostName -LicenseServerPort $port -AddressType $Kind
        switch ($Kind) {
            'LS' { $found | Should -Be $server.Manager }
            'VD' { $found | Should -Match '^127\.0\.0\.1:\d+$' }
            default { $found | Should -Be "$address/" }
        }
    }

    It 'Get-LicCertificate shows the certificate without believing it' {
        $certificate = Get-LicCertificate $address
        $certificate.CertHash | Should -Be $server.CertHash
        $certificate | Should -BeOfType [System.Security.Cryptography.X509Certificates.X509Certificate2]
        $certificate.Certificate | Should -BeOfType [System.Security.Cryptography.X509Certificates.X509Certificate2]
        $certificate.Certificate.GetCertHashString('SHA256') | Should -Be $server.CertHash
        $certificate.Issuer | Should -Not -BeNullOrEmpty
        $certificate.Subject | Should -Not -BeNullOrEmpty
        $certificate.PSObject.Properties.Name | Should -Contain 'Handle'
        ($certificate | Select-Object -ExpandProperty Certificate).NotAfter | Should -BeGreaterThan (Get-Date)
    }
}

Describe 'Who asks' {
    It 'is asked for credentials when there are none' {
        $record = Get-OnlyError { Get-LicInventory $address -CertHash $server.CertHash }
        $record.FullyQualifiedErrorId | Should -Be 'AuthorizationFailed,Get-LicInventory'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
    }

    It 'is refused with a wrong password' {
        $record = Get-OnlyError { Get-LicInventory $address -CertHash $server.CertHash -Credentials (New-TestCredential admin 'not the pass phrase') }
        $record.FullyQualifiedErrorId | Should -Be 'AuthorizationFailed,Get-LicInventory'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'sends nothing to a server with another certificate' {
        $record = Get-OnlyError { Get-LicInventory $address -CertHash ('00' * 32) -Credentials $admin.Credentials }
        $record.FullyQualifiedErrorId | Should -Be 'CertificateVerificationFailed,Get-LicInventory'
        $record.CategoryInfo.Category | Should -Be 'SecurityError'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'does not trust a self-signed certificate unasked' {
        (Get-OnlyError { Get-LicInventory $address -Credentials $admin.Credentials }).FullyQualifiedErrorId |
            Should -BeIn 'CertificateVerificationFailed,Get-LicInventory', 'InvalidCertificate,Get-LicInventory'
    }

    It 'has the level of its account' {
        $permission = Get-LicEffectivePermission $address @admin
        $permission.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
        $permission.Permissions | Should -Be 'Full'
        ($permission | Out-String).Trim() | Should -Match '^Permissions\s*: Full$'
    }

    It 'may use the token of the environment' {
        $session = Connect-TestServer $server
        $token = New-LicenseToken snapin -Days 1
        Disconnect-LicenseServer
        $env:LICENSING_TOKEN = $token.Secret | ConvertFrom-SecureString -AsPlainText
        try {
            (Get-LicEffectivePermission $address -CertHash $server.CertHash).Permissions | Should -Be 'ReadOnly'
        }
        finally {
            Remove-Item Env:LICENSING_TOKEN
        }
    }
}

Describe 'With a session for the same address' {
    BeforeAll {
        $session = Connect-TestServer $server
    }
    AfterAll {
        Disconnect-LicenseServer -All
    }

    It 'certificate and credentials are lent: <Form>' -ForEach @(
        @{ Form = 'https://host:port'; Make = { $server.Address } }
        @{ Form = 'https://host:port/'; Make = { "$($server.Address)/" } }
        @{ Form = 'HTTPS://host:port'; Make = { $server.Address.Replace('https', 'HTTPS') } }
        @{ Form = 'host:port'; Make = { $server.Endpoints.webServices } }
    ) {
        (Get-LicServerInfo (& $Make)).HostName | Should -Be 'lic-test'
    }

    It 'another certificate is not trusted, whatever the session trusts' {
        (Get-OnlyError { Get-LicInventory $address -CertHash ('00' * 32) }).FullyQualifiedErrorId |
            Should -Be 'CertificateVerificationFailed,Get-LicInventory'
    }

    It 'the same certificate written differently is the same' {
        $written = ($server.CertHash.ToLowerInvariant() -split '(..)' -ne '') -join ':'
        @(Get-LicInventory $address -CertHash $written -ErrorAction Stop).Count | Should -Be 2
    }

    It 'the session stays open' {
        $null = Get-LicInventory $address
        $session.IsOpen | Should -BeTrue
        Get-LicenseServer | Should -Not -BeNullOrEmpty
    }

    It 'addresses come from the pipeline' {
        (Get-LicLocation ($server.Manager -split ':')[0] ($server.Manager -split ':')[1] | Get-LicServerInfo).HostName | Should -Be 'lic-test'
    }

    It 'Get-LicServerInfo has the properties of WSLServerInfo' {
        $info = Get-LicServerInfo $address
        $info.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
        Get-PropertyNames $info | Should -Be 'WSLVersion', 'SLVersion', 'LSVersion', 'Locale', 'HostName', 'HostIP', 'UserName', 'UserDomain', 'Permissions'
        $info.LSVersion | Should -Be $info.SLVersion
        $info.UserName | Should -Be 'admin'
    }

    It 'Get-LicInventory has the properties and types of WSLInventory' {
        $rows = @(Get-LicInventory $address)
        $rows.Count | Should -Be 2
        foreach ($row in $rows) {
            $row.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLInventory'
            Get-PropertyNames $row | Should -Be @(
                'LicenseProductName', 'LocalizedLicenseProductName', 'LicenseEdition', 'LicenseLocalizedEdition', 'LicenseExpirationDate',
                'LicenseSubscriptionAdvantageDate', 'LicenseType', 'LocalizedLicenseType', 'LicensesInUse', 'LicensesAvailable',
                'LicenseOverdraft', 'LicenseModel', 'LocalizedLicenseModel')
            foreach ($name in 'LicenseExpirationDate', 'LicenseSubscriptionAdvantageDate') {
                $row.$name | Should -BeOfType [datetime]
            }
            foreach ($name in 'LicensesInUse', 'LicensesAvailable', 'LicenseOverdraft') {
                $row.$name | Should -BeOfType [int]
            }
        }
        $row = $rows | Where-Object LicenseEdition -EQ PRO
        $row.LicenseProductName | Should -Be 'ACME'
        $row.LicenseModel | Should -Be 'CCU'
        $row.LicensesAvailable | Should -Be 5
        $row.LicenseOverdraft | Should -Be 1
        $row.LicenseExpirationDate | Should -Be ([datetime]::new(2037, 12, 31))
        ($rows | Where-Object LicenseEdition -EQ STD).LicenseExpirationDate | Should -Be ([datetime]::new(1999, 12, 31))
    }

    It 'Get-LicInventory names a language that is not offered' {
        (Get-OnlyError { Get-LicInventory $address -Locale xx }).FullyQualifiedErrorId | Should -Be 'LocaleUnsupported,Get-LicInventory'
    }

    It 'Get-LicUsageDetails has the properties of WSLUsageDetails and shows users and devices only' {
        $path = New-TestLicenseFile $server 'assigned.lic' @{ ACME_PRO_UD = @{ count = 5 } }
        Import-LicLicenseFile $address -FileName $path -ErrorAction Stop
        $alice = Start-TestProduct $server ACME_PRO_UD -User alice -Device pc1
        $concurrent = Start-TestProduct $server ACME_PRO_CCU -User carol -Device pc2
        $row = Get-LicUsageDetails $address -ProductEditionModel *
        $row.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLUsageDetails'
        Get-PropertyNames $row | Should -Be 'PEM', 'SADate', 'LicenseModelType', 'Name'
        $row.PEM | Should -Be 'ACME_PRO_UD'
        $row.SADate | Should -BeExactly '2026.0401'
        $row.LicenseModelType | Should -BeExactly 'User'
        $row.Name | Should -Be 'alice'
        Get-LicUsageDetails $address -ProductEditionModel ACME_PRO_CCU -ErrorAction Stop | Should -BeNullOrEmpty

        # A second user of the same device: one seat for the device does.
        $bob = Start-TestProduct $server ACME_PRO_UD -User bob -Device pc1
        $row = Get-LicUsageDetails $address -ProductEditionModel ACME_PRO_UD
        $row.LicenseModelType | Should -BeExactly 'Device'
        $row.Name | Should -Be 'pc1'
        $alice, $bob, $concurrent | ForEach-Object { Stop-TestProduct $server $_ }
    }

    It 'Get-LicLocalizedNames has the properties of WSLLocalizedNames' {
        $names = Get-LicLocalizedNames $address
        $names.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLLocalizedNames'
        Get-PropertyNames $names | Should -Be 'Features', 'LicenseTypes'
        Get-PropertyNames $names.Features[0] | Should -Be 'FeatureName', 'ProductNameandEdition', 'ModelName', 'Version'
        Get-PropertyNames $names.LicenseTypes[0] | Should -Be 'TypeName', 'FriendlyName', 'Version'
        $names.LicenseTypes.TypeName | Should -Contain 'Retail'
    }

    It 'administrators go there and back' {
        $new = New-LicAdministrator $address -Account 'EXAMPLE\alice' -ReadOnly
        $new.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLUser'
        Get-PropertyNames $new | Should -Be 'Account', 'AccountSid', 'Group', 'Permissions'
        $new.Group | Should -BeOfType [bool]
        $new.Permissions | Should -Be 'ReadOnly'
        (New-LicAdministrator $address -Account 'EXAMPLE\alice').Permissions | Should -Be 'ReadOnly' -Because 'what exists is not changed'
        (New-LicAdministrator $address -Account 'EXAMPLE\Team' -Group).Group | Should -BeTrue

        (Get-LicAdministrator $address -ReadOnly).Account | Should -Be 'EXAMPLE\alice'
        (Get-LicAdministrator $address -AccountSid $new.AccountSid).Account | Should -Be 'EXAMPLE\alice'
        (Set-LicAdministrator $address -Account 'EXAMPLE\alice').Permissions | Should -Be 'Full'
        (Set-LicAdministrator $address -AccountSid $new.AccountSid -ReadOnly).Permissions | Should -Be 'ReadOnly'

        Get-LicAdministrator $address | Where-Object Account -Like 'EXAMPLE\*' | Remove-LicAdministrator -AdminAddress $address | Should -BeNullOrEmpty
        Get-LicAdministrator $address | Where-Object Account -Like 'EXAMPLE\*' | Should -BeNullOrEmpty
        $null = New-LicAdministrator $address -Account 'EXAMPLE\bob'
        Remove-LicAdministrator $address 'EXAMPLE\bob'
        (Get-OnlyError { Remove-LicAdministrator $address 'EXAMPLE\bob' }).FullyQualifiedErrorId | Should -Be 'UserNotFound,Remove-LicAdministrator'
        (Get-OnlyError { Set-LicAdministrator $address }).FullyQualifiedErrorId | Should -Be 'UserNotFound,Set-LicAdministrator'
    }

    It 'Import-LicLicenseFile installs a file under its name' {
        $path = New-TestLicenseFile $server 'more.lic' @{ ACME_ADV_CCU = @{ count = 2 } }
        Import-LicLicenseFile $address -FileName $path -WhatIf
        Get-LicenseFile more* | Should -BeNullOrEmpty
        Import-LicLicenseFile $address -FileName $path | Should -BeNullOrEmpty
        (Get-LicInventory $address).LicenseEdition | Should -Contain 'ADV'
        (Get-OnlyError { Import-LicLicenseFile $address -FileName $path }).FullyQualifiedErrorId | Should -Be 'FileAlreadyExists,Import-LicLicenseFile'
        Import-LicLicenseFile $address -FileName $path -Overwrite -ErrorAction Stop
        $nonsense = Join-Path $server.Folder 'nonsense.lic'
        Set-Content -LiteralPath $nonsense -Value 'nothing to be licensed'
        (Get-OnlyError { Import-LicLicenseFile $address -FileName $nonsense }).FullyQualifiedErrorId | Should -Be 'InvalidLicenseFile,Import-LicLicenseFile'
    }
}
