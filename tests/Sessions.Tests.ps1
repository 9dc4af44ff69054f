# Sessions: one, several, lost, and found again.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $one = $two = $null
    $one = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 5 } }
    $two = Start-TestServer -Grants @{ ACME_STD_CCU = @{ count = 3 } }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $one
    Stop-TestServer $two
}

Describe 'Connect-LicenseServer' {
    AfterEach {
        Disconnect-LicenseServer -All
    }

    It 'returns nothing unless asked, and becomes the default' {
        Connect-LicenseServer $one.Address -CertHash $one.CertHash -Credential (New-TestCredential admin $one.Password) | Should -BeNullOrEmpty
        (Get-LicenseServer).Server | Should -Be $one.Endpoints.webServices
    }

    It 'says who is connected' {
        $session = Connect-TestServer $one
        $session | Should -BeOfType [LicensingAdmin.LicensingSession]
        $session.Account | Should -BeLike '*\admin'
        $session.Permissions | Should -Be 'Full'
        $session.CertHash | Should -Be $one.CertHash
        $session.IsOpen | Should -BeTrue
        ($session | Out-String) | Should -Match 'Server\s+Account\s+Permissions'
    }

    It 'does not trust another certificate' {
        $record = Get-OnlyError { Connect-LicenseServer $one.Address -CertHash $two.CertHash -Credential (New-TestCredential admin $one.Password) }
        $record.FullyQualifiedErrorId | Should -Be 'CertificateVerificationFailed,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'SecurityError'
        $record.TargetObject | Should -Not -BeNullOrEmpty
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*Get-LicenseCertificate*'
        [LicensingAdmin.SessionList]::Current.Open | Should -BeNullOrEmpty
    }

    It 'trusts an authority in a file' {
        $session = Connect-LicenseServer $one.Address -CaFile (Join-Path $one.Data 'tls/server.crt') -Credential (New-TestCredential admin $one.Password) -PassThru
        $session.Permissions | Should -Be 'Full'
    }

    It 'leaves no default session when the password is wrong, but the open one goes on where it is named' {
        $session = Connect-TestServer $one
        $record = Get-OnlyError { Connect-LicenseServer $one.Address -CertHash $one.CertHash -Credential (New-TestCredential admin 'not the pass phrase') }
        $record.FullyQualifiedErrorId | Should -Be 'AuthorizationFailed,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        { Get-LicenseServer } | Should -Throw '*failed*'
        Get-LicenseServer -Session $session | Should -Not -BeNullOrEmpty
    }

    It 'leaves no default session when <Why>' -ForEach @(
        @{ Why = 'the address is blank'; Arguments = @{ Server = '' } }
        @{ Why = 'the hash is blank'; Arguments = @{ Server = 'localhost'; CertHash = ''; TimeoutSeconds = 5 } }
        @{ Why = 'nobody answers'; Arguments = @{ Server = '127.0.0.1:1'; TimeoutSeconds = 5 } }
        @{ Why = 'the timeout is no number'; Arguments = @{ Server = 'localhost'; TimeoutSeconds = 'soon' } }
        @{ Why = 'the timeout is too long'; Arguments = @{ Server = 'localhost'; TimeoutSeconds = 1000000 } }
        @{ Why = 'the token is no secret'; Arguments = @{ Server = 'localhost'; Token = 'lic_plain' } }
        @{ Why = 'the token is null'; Arguments = @{ Server = '127.0.0.1:1'; Token = $null; TimeoutSeconds = 5 } }
        @{ Why = 'a parameter is mistyped'; Arguments = @{ Servr = 'localhost' } }
        @{ Why = 'there are a token and credentials'; Arguments = @{ Server = 'localhost'; Token = [securestring]::new(); Credential = [pscredential]::Empty } }
    ) {
        $null = Connect-TestServer $one
        { Connect-LicenseServer @Arguments -ErrorAction Stop } | Should -Throw
        { Get-LicenseInventory } | Should -Throw '*failed*'
    }

    It 'keeps the default session when the parameters of another one are refused' {
        $null = Connect-TestServer $one
        { Connect-LicenseServer localhost -NotDefault -TimeoutSeconds soon } | Should -Throw
        (Get-LicenseServer).Server | Should -Be $one.Endpoints.webServices
    }

    It 'ends a script that handles no error of its own before it reaches another server' -ForEach @(
        @{ Call = 'Connect-LicenseServer 127.0.0.1:1 -TimeoutSeconds 5' }
        @{ Call = 'Connect-LicenseServer localhost -TimeoutSeconds soon' }
        @{ Call = 'Connect-LicenseServer -Servr localhost' }
        @{ Call = 'Connect-LicenseServer $null' }
    ) {
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript(@"
                param(`$Address, `$CertHash, `$Credential)
                Import-Module '$(Get-BuiltPath 'LicensingAdmin')'
                Connect-LicenseServer `$Address -CertHash `$CertHash -Credential `$Credential
                (Get-LicenseInventory).Feature
                $Call
                (Get-LicenseInventory).Feature
                Get-LicenseUsage
"@).AddParameters(@{ Address = $one.Address; CertHash = $one.CertHash; Credential = New-TestCredential admin $one.Password })
            $shell.Invoke() | Should -Be 'ACME_PRO_CCU'
            $shell.Streams.Error | Should -HaveCount 3
        }
        finally {
            $shell.Dispose()
        }
    }

    It 'is a terminating error when no server can be connected, and one of each when another can' {
        $ErrorActionPreference = 'Continue'
        $outcome = try { Connect-LicenseServer 127.0.0.1:1 -TimeoutSeconds 5; 'went on' } catch { 'caught' }
        $outcome | Should -Be 'caught'
        $outcome = try { Connect-LicenseServer 127.0.0.1:1 -TimeoutSeconds 5 -ErrorAction SilentlyContinue; 'went on' } catch { 'caught' }
        $outcome | Should -Be 'went on'
        $table = @('127.0.0.1:1', $one, '127.0.0.1:2', $two | ForEach-Object {
                [pscustomobject]@{ Server = if ($_ -is [string]) { $_ } else { $_.Address }; CertHash = if ($_ -is [string]) { '' } else { $_.CertHash } }
            })
        $sessions = $table | Connect-LicenseServer -Credential (New-TestCredential admin $one.Password) -PassThru -ErrorVariable errors 2>$null
        $sessions | Should -HaveCount 2
        $errors.FullyQualifiedErrorId | Should -Be 'CommunicationError,Connect-LicenseServer', 'CommunicationError,Connect-LicenseServer'
        (Get-LicenseInventory).Feature | Sort-Object | Should -Be 'ACME_PRO_CCU', 'ACME_STD_CCU'
    }

    It 'keeps no connection behind when it connects again and again' -Skip:(-not $IsLinux) {
        $null = Connect-TestServer $one
        $before = (Get-ChildItem -LiteralPath "/proc/$PID/fd").Count
        for ($connect = 0; $connect -lt 200; $connect++) {
            $null = Connect-TestServer $one
        }
        # The last ones may still be closing.
        $deadline = [datetime]::UtcNow.AddSeconds(60)
        while (($more = (Get-ChildItem -LiteralPath "/proc/$PID/fd").Count - $before) -ge 20 -and [datetime]::UtcNow -lt $deadline) {
            Start-Sleep -Milliseconds 200
        }
        $more | Should -BeLessThan 20
        [LicensingAdmin.SessionList]::Current.Open | Should -HaveCount 1
    }

    It 'goes on with the same session when it connects again' {
        $first = Connect-TestServer $one
        $second = Connect-TestServer $one
        [object]::ReferenceEquals($first, $second) | Should -BeTrue
        [LicensingAdmin.SessionList]::Current.Open | Should -HaveCount 1
        Get-LicenseServer -Session $first | Should -Not -BeNullOrEmpty
    }

    It 'connects a table of servers in one pipeline' {
        $table = $one, $two | ForEach-Object { [pscustomobject]@{ Server = $_.Address; CertHash = $_.CertHash } }
        $sessions = $table | Connect-LicenseServer -Credential (New-TestCredential admin $one.Password) -PassThru
        $sessions.Server | Sort-Object | Should -Be ($one.Endpoints.webServices, $two.Endpoints.webServices | Sort-Object)
        (Get-LicenseInventory).Feature | Sort-Object | Should -Be 'ACME_PRO_CCU', 'ACME_STD_CCU'
    }

    It 'leaves the default alone with -NotDefault' {
        $null = Connect-TestServer $one
        $null = Connect-TestServer $two -NotDefault
        (Get-LicenseServer).Server | Should -Be $one.Endpoints.webServices
    }
}

Describe 'Several servers' {
    BeforeAll {
        $first = Connect-TestServer $one
        $second = Connect-TestServer $two
    }
    AfterAll {
        Disconnect-LicenseServer -All
    }

    It 'give rows that say where they come from' {
        $rows = Get-LicenseInventory -Session $first, $second
        ($rows | Where-Object Server -EQ $first.Server).Feature | Should -Be 'ACME_PRO_CCU'
        ($rows | Where-Object Server -EQ $second.Server).Feature | Should -Be 'ACME_STD_CCU'
    }

    It 'can be named, and come from the pipeline' {
        (Get-LicenseInventory -Session $first.Server).Feature | Should -Be 'ACME_PRO_CCU'
        (Get-LicenseInventory -Session $first.Address).Feature | Should -Be 'ACME_PRO_CCU'
        (Get-LicenseInventory -Server $second.Server, $first).Feature | Sort-Object | Should -Be 'ACME_PRO_CCU', 'ACME_STD_CCU'
        ($first, $second | Get-LicenseServer).Server | Should -Be $first.Server, $second.Server
    }

    It 'find objects back to where they came from' {
        $path = New-TestLicenseFile $one 'extra.lic' @{ ACME_ADV_CCU = @{ count = 1 } }
        $null = Import-LicenseFile $path -Session $first
        # The default session is the other server.
        Get-LicenseFile extra.lic -Session $first | Remove-LicenseFile -Confirm:$false -ErrorAction Stop
        Get-LicenseFile extra* -Session $first | Should -BeNullOrEmpty
    }

    It 'have a bundle each' {
        $first, $second | ForEach-Object { Set-LicenseManagementService -Enabled $true -Session $_ }
        $file = Join-Path $TestDrive 'bundle.json'
        $bundles = @(Export-LicenseUpload $file -Session $first, $second)
        $bundles | Should -HaveCount 2
        ($bundles | Get-Content -Raw | Select-Object -Unique) | Should -HaveCount 2
        $records = @(Export-LicenseUpload $file -Session $first, $second -ErrorAction Continue 2>&1)
        $records.FullyQualifiedErrorId | Should -Be @('FileAlreadyExists,Export-LicenseUpload', 'FileAlreadyExists,Export-LicenseUpload')
    }

    It 'have an error each where a request is refused, and no file' {
        $wanted = @{ AccessCode = ConvertTo-TestSecret 'LA-1'; EntitlementId = 'SO-1-1'; Count = 1; Session = $first, $second }
        $records = @(Export-LicenseAllocationRequest (Join-Path $TestDrive 'seats.json') @wanted -ErrorAction Continue 2>&1)
        $records.FullyQualifiedErrorId | Should -Be @('UserNotFound,Export-LicenseAllocationRequest', 'UserNotFound,Export-LicenseAllocationRequest')
        Get-ChildItem $TestDrive -Filter 'seats*' | Should -BeNullOrEmpty
    }

    It 'have a report each, and replace none of before unasked' {
        $file = Join-Path $TestDrive 'usage.csv'
        $reports = @(Export-LicenseUsageReport $file -Session $first, $second)
        $reports | Should -HaveCount 2
        Set-Content -LiteralPath $reports[0].FullName -Value 'kept'
        $records = @(Export-LicenseUsageReport $file -Session $first, $second -ErrorAction Continue 2>&1)
        $records.FullyQualifiedErrorId | Should -Be @('FileAlreadyExists,Export-LicenseUsageReport', 'FileAlreadyExists,Export-LicenseUsageReport')
        Get-Content -LiteralPath $reports[0].FullName | Should -Be 'kept'
        Export-LicenseUsageReport $file -Session $first, $second -Force | Should -HaveCount 2
    }

    It 'ask together: a server that is gone gives one error and the rows of the other' {
        Stop-Program $two.Program
        $errors = @()
        $rows = Get-LicenseInventory -Session $second, $first -ErrorAction SilentlyContinue -ErrorVariable errors
        $rows.Feature | Should -Be 'ACME_PRO_CCU'
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'CommunicationError,Get-LicenseInventory'
        $errors[0].TargetObject | Should -Not -BeNullOrEmpty
        "$($errors[0])" | Should -BeLike "*$($second.Server)*"
    }

    It 'ask for one name that only the other could know, and do not claim to know' {
        $errors = @()
        $null = Get-LicenseInventory ACME_STD_CCU -Session $second, $first -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors.FullyQualifiedErrorId | Should -Be 'CommunicationError,Get-LicenseInventory'
    }
}

Describe 'A session' {
    It 'goes on after its server was away' {
        $session = Connect-TestServer $one
        $port = $one.Endpoints.webServices -replace '.*:'
        Stop-Program $one.Program
        (Get-OnlyError { Get-LicenseServer }).FullyQualifiedErrorId | Should -Be 'CommunicationError,Get-LicenseServer'
        # The same port again, so that the address stays.
        $settings = Join-Path $one.Data 'licensingd.toml'
        $text = (Get-Content -LiteralPath $settings -Raw) -replace '(?s)(\[web\].*?port = )0', "`${1}$port"
        Set-Content -LiteralPath $settings -Value $text
        Resume-TestServer $one
        (Get-LicenseServer).Server | Should -Be $session.Server
        (Get-LicenseInventory).Feature | Should -Be 'ACME_PRO_CCU'
    }

    It 'cannot be used once it is closed' {
        $session = Connect-TestServer $one
        Disconnect-LicenseServer $session
        $session.IsOpen | Should -BeFalse
        $record = Get-OnlyError { Get-LicenseServer -Session $session }
        $record.FullyQualifiedErrorId | Should -Be 'SessionClosed,Get-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'ConnectionError'
    }

    It 'is not seen by other runspaces' {
        $null = Connect-TestServer $one
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module '$(Get-BuiltPath 'LicensingAdmin')'; Get-LicenseServer").Invoke()
            $shell.Streams.Error[0].FullyQualifiedErrorId | Should -Be 'NotConnected,Get-LicenseServer'
        }
        finally {
            $shell.Dispose()
        }
        Get-LicenseServer | Should -Not -BeNullOrEmpty
    }

    It 'goes on when the module is imported again' {
        $session = Connect-TestServer $one
        Import-Module (Get-BuiltPath 'LicensingAdmin') -Force -Global
        $session.IsOpen | Should -BeTrue
        (Get-LicenseServer -Session $session).Server | Should -Be $session.Server
    }

    It 'that is not open is one error beside the rows of the others' {
        $session = Connect-TestServer $one
        $errors = @()
        $rows = Get-LicenseInventory -Session $session, 'nowhere' -ErrorAction SilentlyContinue -ErrorVariable errors
        $rows.Feature | Should -Be 'ACME_PRO_CCU'
        $errors.TargetObject | Should -Be 'nowhere'
        $errors.FullyQualifiedErrorId | Should -Be 'NotConnected,Get-LicenseInventory'
    }
}

Describe 'A call without a session' {
    BeforeAll {
        Disconnect-LicenseServer -All
        $credential = New-TestCredential admin $one.Password
    }
    AfterEach {
        foreach ($name in 'SERVER', 'TOKEN', 'TOKEN_FILE', 'CERT_HASH', 'TIMEOUT') {
            Remove-Item "env:LICENSING_$name" -ErrorAction SilentlyContinue
        }
        Disconnect-LicenseServer -All
    }

    It 'takes server, certificate and credentials itself, and leaves nothing open' {
        (Get-LicenseInventory -Server $one.Address -CertHash $one.CertHash -Credential $credential).Feature | Should -Be 'ACME_PRO_CCU'
        [LicensingAdmin.SessionList]::Current.Open | Should -BeNullOrEmpty
        { Get-LicenseInventory } | Should -Throw '*no session*'
    }

    It 'takes them from the environment' {
        $null = Connect-TestServer $one
        $secret = (New-LicenseToken automation).Secret
        Disconnect-LicenseServer -All
        $env:LICENSING_SERVER = $one.Address
        $env:LICENSING_CERT_HASH = $one.CertHash
        $env:LICENSING_TOKEN = [System.Net.NetworkCredential]::new('', $secret).Password
        $env:LICENSING_TIMEOUT = '20'
        (Get-LicenseInventory).Feature | Should -Be 'ACME_PRO_CCU'
        $env:LICENSING_TIMEOUT = 'soon'
        (Get-OnlyError { Get-LicenseInventory }).Exception.Message | Should -BeLike '*LICENSING_TIMEOUT*'
    }

    It 'says which variable names a file that cannot be read' {
        $env:LICENSING_SERVER = $one.Address
        $env:LICENSING_CERT_HASH = $one.CertHash
        $env:LICENSING_TOKEN_FILE = Join-Path $one.Folder 'no-such-token'
        (Get-OnlyError { Get-LicenseInventory }).Exception.Message | Should -BeLike '*no-such-token*LICENSING_TOKEN_FILE*'
    }

    It 'does not fall back on the environment after a connect that failed' {
        $env:LICENSING_SERVER = $one.Address
        Connect-LicenseServer 127.0.0.1:1 -TimeoutSeconds 5 -ErrorAction SilentlyContinue
        { Get-LicenseInventory } | Should -Throw '*failed*'
    }
}

Describe 'Trust on first use' {
    BeforeAll {
        $env:LICENSING_KNOWN_SERVERS = Join-Path $TestDrive 'trust/known_servers'
        $credential = New-TestCredential admin $one.Password
    }
    AfterAll {
        Remove-Item env:LICENSING_KNOWN_SERVERS
        Disconnect-LicenseServer -All
    }

    It 'shows the hash, remembers it, and refuses another one with both shown' {
        $said = Connect-LicenseServer $one.Address -Credential $credential -TrustOnFirstUse 3>&1
        "$said" | Should -BeLike "*$($one.CertHash)*"
        Get-Content -LiteralPath $env:LICENSING_KNOWN_SERVERS | Should -Be "$($one.Endpoints.webServices) $($one.CertHash)"
        Disconnect-LicenseServer -All

        Connect-LicenseServer $one.Address -Credential $credential 3>&1 | Should -BeNullOrEmpty
        Get-LicenseServer | Should -Not -BeNullOrEmpty

        Set-Content -LiteralPath $env:LICENSING_KNOWN_SERVERS -Value "$($one.Endpoints.webServices) $($two.CertHash)"
        $record = Get-OnlyError { Connect-LicenseServer $one.Address -Credential $credential -TrustOnFirstUse }
        $record.FullyQualifiedErrorId | Should -Be 'CertificateVerificationFailed,Connect-LicenseServer'
        $plain = "$record" -replace '[: -]'
        $plain | Should -BeLike "*$($one.CertHash -replace '[: -]')*"
        $plain | Should -BeLike "*$($two.CertHash -replace '[: -]')*"
    }

    It 'remembers nothing when the password is wrong' {
        Set-Content -LiteralPath $env:LICENSING_KNOWN_SERVERS -Value ''
        Connect-LicenseServer $one.Address -Credential (New-TestCredential admin 'not the pass phrase') -TrustOnFirstUse -ErrorAction SilentlyContinue
        "$(Get-Content -LiteralPath $env:LICENSING_KNOWN_SERVERS)" | Should -Be ''
    }
}
