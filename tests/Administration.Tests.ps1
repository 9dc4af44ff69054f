# Administration from afar: settings, certificate, issuers, options files, backups, alert routes and checks against real servers.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $second = $null
    $grants = @{ ACME_PRO_CCU = @{ count = 5 } }
    $server = Start-TestServer -Grants $grants
    $second = Start-TestServer -Grants $grants
    $one = Connect-TestServer $server
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
    Stop-TestServer $second
}

Describe 'Settings' {
    It 'are changed at once or at the next start, and say so' {
        $change = Set-LicenseServerConfiguration @{ 'alerts.nearly_out_percent' = 75; 'alerts.nearly_out_features' = @{ ACME_PRO_CCU = 50 }; 'web.port' = 8090 }
        $change.Applied | Should -Contain 'alerts.nearly_out_percent'
        $change.Applied | Should -Contain 'alerts.nearly_out_features'
        $row = Get-LicenseServerConfiguration alerts.nearly_out_percent
        $row.Value, $row.Source | Should -Be '75', 'File'
        $null = $row | Set-LicenseServerConfiguration -Value $null
        (Get-LicenseServerConfiguration alerts.nearly_out_percent).Source | Should -Be 'Default'
    }

    It 'are all refused when one is' {
        $record = Get-OnlyError { Set-LicenseServerConfiguration @{ 'alerts.calm_seconds' = 7; 'alerts.interval_seconds' = 0 } }
        $record.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*'
        "$record" | Should -BeLike '*interval_seconds*'
        (Get-LicenseServerConfiguration alerts.calm_seconds).Source | Should -Be 'Default'
    }
}

Describe 'The certificate' {
    It 'is announced, then used without a restart' {
        $other = Join-Path $second.Data 'tls'
        $announced = Set-LicenseServerCertificate (Join-Path $other 'server.crt') -KeyPath (Join-Path $other 'server.key') -Next -Confirm:$false
        $announced.CertHash | Should -Be $server.CertHash
        $announced.NextCertHash | Should -Be $second.CertHash
        $shown = Get-LicenseCertificate $server.Address
        $shown.CertHash, $shown.NextCertHash | Should -Be $server.CertHash, $second.CertHash
        (Get-LicenseAlert -Code CertificateAnnounced) | Should -HaveCount 1
        $used = Set-LicenseServerCertificate -UseNext -Confirm:$false
        $used.CertHash | Should -Be $second.CertHash
        $shown = Get-LicenseCertificate $server.Address
        $shown.CertHash | Should -Be $second.CertHash
        $shown.NextCertHash | Should -BeNullOrEmpty
        $server.CertHash = $second.CertHash
        $null = Connect-TestServer $server
    }

    It 'stays when what is sent does not fit' {
        $record = Get-OnlyError { Set-LicenseServerCertificate (Join-Path $second.Data 'licensingd.toml') -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*'
        (Get-LicenseCertificate $server.Address).CertHash | Should -Be $server.CertHash
    }
}

Describe 'Issuers and options' {
    It 'tell what they change' {
        $added = Add-LicenseIssuer (Join-Path $second.Folder 'issuer/test-issuer.pub') -Confirm:$false
        Get-LicenseIssuer | Should -HaveCount 2
        (Get-OnlyError { Add-LicenseIssuer (Join-Path $second.Folder 'issuer/test-issuer.pub') -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IssuerExists*'
        $null = $added | Remove-LicenseIssuer -Confirm:$false
        Get-LicenseIssuer | Should -HaveCount 1
    }

    It 'explain who would lose a seat before they are applied' {
        $null = Start-TestProduct $server ACME_PRO_CCU -User ben -Device PC-1
        $explained = Set-LicenseOption ACME -Line 'EXCLUDE ACME_PRO_CCU USER ben' -Explain
        $explained.Effects.Effect, $explained.Effects.User | Should -Be 'Loses', 'ben'
        Get-LicenseOption | Should -BeNullOrEmpty
        $null = Set-LicenseOption ACME -Line 'RESERVE 1 ACME_PRO_CCU USER ann' -Confirm:$false
        (Get-LicenseOption).Meaning | Should -BeLike '*1 seats*set aside*ann*'
        (Get-LicenseReservation) | Should -HaveCount 1
        (Get-OnlyError { Set-LicenseOption ACME -Line 'NONSENSE' -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'InvalidOptions*'
    }
}

Describe 'Backups' {
    It 'are made, fetched, checked and wait to be restored' {
        $file = Join-Path $TestDrive 'monday.tar'
        $backup = Backup-LicenseServer -Path $file
        (Get-Item -LiteralPath $file).Length | Should -Be $backup.Bytes
        ($backup | Test-LicenseBackup).AuditRecords | Should -BeGreaterThan 0
        (Test-LicenseBackup -Path $file).Backup | Should -Be 'monday.tar'
        (Restore-LicenseServer -Path $file -Confirm:$false).Restores | Should -BeTrue
        (Get-LicenseBackup | Where-Object Restores).Backup | Should -Be 'monday.tar'
        (Restore-LicenseServer -Cancel -Confirm:$false).Restores | Should -BeFalse
    }

    It 'keep no file that is none' {
        $file = Join-Path $TestDrive 'notes.txt'
        Set-Content -LiteralPath $file -Value ('no archive ' * 1000)
        (Get-OnlyError { Test-LicenseBackup -Path $file }).FullyQualifiedErrorId | Should -BeLike 'BackupFailed*'
        (Get-OnlyError { Restore-LicenseServer -Path $file -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'BackupFailed*'
        (Get-LicenseBackup).Backup | Should -Not -Contain 'notes.tar'
    }
}

Describe 'Alert routes' {
    It 'tell why a test was not delivered' {
        $route = New-LicenseAlertRoute operations ops@example.net -Level Alarm -SilencedFeature 'TRIAL_*' -Locale ja
        $route.Kind, $route.Level, $route.Locale | Should -Be 'Mail', 'Alarm', 'ja'
        $test = $route | Test-LicenseAlertRoute
        $test.Delivered | Should -BeFalse
        $test.Reason | Should -BeLike '*no mail server*'
        (Get-OnlyError { Set-LicenseAlertRoute operations -Locale tlh }).FullyQualifiedErrorId | Should -BeLike 'LocaleUnsupported*'
        ($route | Set-LicenseAlertRoute -SilencedFeature @()).SilencedFeatures | Should -BeNullOrEmpty
        $null = $route | Remove-LicenseAlertRoute -Confirm:$false
        Get-LicenseAlertRoute | Should -BeNullOrEmpty
        (New-LicenseAlertRoute later ops@example.net -Enabled $false).Enabled | Should -BeFalse
        $null = Remove-LicenseAlertRoute later -Confirm:$false
    }
}

Describe 'Checks' {
    It 'pass or say what to do' {
        $checks = Test-LicenseServer -Deep
        $checks.Check | Should -Contain 'Ports'
        $checks.Check | Should -Contain 'Databases'
        $checks | Where-Object Outcome -EQ Failed | ForEach-Object Detail | Should -BeNullOrEmpty
        $checks | Where-Object { $_.Outcome -ne 'Passed' -and -not $_.Action } | Should -BeNullOrEmpty
    }

    It 'warn of a route by which nothing arrives' {
        $null = New-LicenseAlertRoute nowhere ops@example.net
        $check = Test-LicenseServer | Where-Object Check -EQ Alerts
        $check.Outcome | Should -Be 'Warning'
        $check.Detail | Should -BeLike 'nowhere: no mail server*'
        $null = Set-LicenseAlertRoute nowhere -Enabled $false
        (Test-LicenseServer | Where-Object Check -EQ Alerts).Outcome | Should -Be 'Passed'
        $null = Remove-LicenseAlertRoute nowhere -Confirm:$false
    }
}

Describe 'Several servers' {
    It 'are changed at once; one that fails is one error with that server as its target' {
        $two = Connect-TestServer $second
        # Its folder is removed at the end, with that of the other.
        Stop-Program $second.Program
        $found = @(Set-LicenseServerConfiguration alerts.calm_seconds 60 -Session $one, $two -ErrorAction SilentlyContinue -ErrorVariable failures)
        $found | Should -HaveCount 1
        $found.Server | Should -Be $one.Server
        $failures | Should -HaveCount 1
        $failures[0].TargetObject | Should -BeLike "*$($two.Server)*"
    }
}

Describe 'Commands of the snap-in' {
    It '<_> warns and does nothing' -ForEach 'Add-LicGlobalMetadata', 'Get-LicGlobalMetadata', 'Remove-LicGlobalMetadata', 'Get-LicLACEnabledState', 'Set-LicLACEnabledState' {
        & $_ -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike "*$_ is deprecated*"
    }

    It 'Get-LicAlerts returns what concerns the product' {
        $null = Set-LicenseServerConfiguration @{ 'alerts.nearly_out_features' = $null } -Session $one
        $messages = Get-LicAlerts $server.Address -ProductEditionModel ACME_PRO_CCU -SADate 2015.1201 -FilterThreshold 1 -MetaData mine
        $messages.MetaData | Should -Be 'mine'
        $alert = $messages.AlertList | Where-Object TypeCode -EQ SeatsNearlyOut
        $alert.Description.Title | Should -Not -BeNullOrEmpty
        (Get-OnlyError { Get-LicAlerts $server.Address -ProductEditionModel X -SADate 2015-12-01 }).FullyQualifiedErrorId | Should -BeLike 'InvalidSADateFormat*'
        (Get-OnlyError { Get-LicAlerts $server.Address -ProductEditionModel X -SADate 2015.1201 -Locale tlh }).FullyQualifiedErrorId | Should -BeLike 'LocaleUnsupported*'
    }

    It 'Get-LicServiceAddedCapability names what the service offers' {
        Get-LicServiceAddedCapability $server.Address | Should -Contain 'GetAlerts'
    }

    It 'Get-LicLACLocation is the address of the web page' {
        $managerHost, $managerPort = $server.Manager -split ':'
        Get-LicLACLocation $managerHost $managerPort | Should -Be (Get-LicLocation $managerHost $managerPort)
    }
}
