BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule

    function Test-Complete($ErrorRecord) {
        $ErrorRecord.Exception.Message | Should -Not -BeNullOrEmpty
        $ErrorRecord.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $ErrorRecord.TargetObject | Should -Not -BeNullOrEmpty
    }
}

Describe 'Without a session' {
    BeforeDiscovery {
        Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
        Import-BuiltModule
        $commands = 'Get-LicenseServer', 'Get-LicenseInventory', 'Get-LicenseUsage', 'Get-LicenseFile', 'Get-LicenseAdministrator',
        'Get-LicenseToken', 'Get-LicenseAlert' | ForEach-Object { @{ Name = $_ } }
    }

    It '<Name> says so and what to do' -ForEach $commands {
        $record = Get-OnlyError { & $Name }
        $record.FullyQualifiedErrorId | Should -Be "NotConnected,$Name"
        $record.CategoryInfo.Category | Should -Be 'ConnectionError'
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*Connect-LicenseServer*'
        Test-Complete $record
    }

    It 'a change with -WhatIf says so too' {
        (Get-OnlyError { Remove-LicenseFile x.lic -WhatIf }).FullyQualifiedErrorId | Should -Be 'NotConnected,Remove-LicenseFile'
    }

    It 'a session cannot be named that is not open' {
        { Get-LicenseServer -Session nowhere -ErrorAction Stop } | Should -Throw '*nowhere*'
    }

    It 'disconnecting is no error' {
        { Disconnect-LicenseServer -ErrorAction Stop; Disconnect-LicenseServer -All -ErrorAction Stop } | Should -Not -Throw
    }
}

Describe 'An address' {
    It '<Kind> is refused before anything is sent' -ForEach @(
        @{ Kind = 'with another scheme'; Address = 'http://lic1:8083' }
        @{ Kind = 'with a path'; Address = 'https://lic1:8083/path' }
        @{ Kind = 'with a port that is none'; Address = 'lic1:port' }
        @{ Kind = 'with a user'; Address = 'https://user@lic1' }
        @{ Kind = 'with a NUL'; Address = "lic1`u{0}x" }
        @{ Kind = 'with half a bracket'; Address = '::1]' }
    ) {
        $record = Get-OnlyError { Connect-LicenseServer $Address }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidAddress,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Test-Complete $record
        (Get-OnlyError { Get-LicInventory $Address }).FullyQualifiedErrorId | Should -Be 'InvalidAddress,Get-LicInventory'
    }

    It 'of an unknown type is refused' {
        $record = Get-OnlyError { Get-LicLocation -AddressType ABC }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidType,Get-LicLocation'
        $record.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Test-Complete $record
    }
}

Describe 'Trust' {
    It 'takes no hash that is none' {
        $record = Get-OnlyError { Connect-LicenseServer lic1 -CertHash 12 }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidRequest,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Test-Complete $record
    }

    It 'takes no two ways at once' {
        $record = Get-OnlyError { Connect-LicenseServer lic1 -CertHash ('00' * 32) -CaFile ca.pem }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidRequest,Connect-LicenseServer'
    }

    It 'reports a file of authorities that is not there' {
        $record = Get-OnlyError { Connect-LicenseServer lic1 -CaFile (Join-Path $TestDrive 'missing.pem') }
        $record.FullyQualifiedErrorId | Should -Be 'LocalFileUnreadable,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'OpenError'
        Test-Complete $record
    }
}

Describe 'A server that is gone' {
    BeforeAll {
        $port = Get-ClosedPort
    }

    It 'gives one CommunicationError to <Name>' -ForEach @(
        @{ Name = 'Connect-LicenseServer'; Call = { Connect-LicenseServer "127.0.0.1:$port" } }
        @{ Name = 'Get-LicLocation'; Call = { Get-LicLocation 127.0.0.1 $port } }
        @{ Name = 'Get-LicCertificate'; Call = { Get-LicCertificate "127.0.0.1:$port" } }
        @{ Name = 'Get-LicServerInfo'; Call = { Get-LicServerInfo "127.0.0.1:$port" } }
        @{ Name = 'Get-LicEffectivePermission'; Call = { Get-LicEffectivePermission "127.0.0.1:$port" } }
        @{ Name = 'Get-LicInventory'; Call = { Get-LicInventory "127.0.0.1:$port" } }
        @{ Name = 'Get-LicUsageDetails'; Call = { Get-LicUsageDetails "127.0.0.1:$port" -ProductEditionModel * } }
        @{ Name = 'Get-LicLocalizedNames'; Call = { Get-LicLocalizedNames "127.0.0.1:$port" } }
        @{ Name = 'Get-LicAdministrator'; Call = { Get-LicAdministrator "127.0.0.1:$port" } }
        @{ Name = 'New-LicAdministrator'; Call = { New-LicAdministrator "127.0.0.1:$port" -Account x } }
        @{ Name = 'Set-LicAdministrator'; Call = { Set-LicAdministrator "127.0.0.1:$port" -Account x } }
        @{ Name = 'Remove-LicAdministrator'; Call = { Remove-LicAdministrator "127.0.0.1:$port" -Account x } }
        @{ Name = 'Import-LicLicenseFile'; Call = { Import-LicLicenseFile "127.0.0.1:$port" -FileName (New-Item "$TestDrive/x.lic" -Force).FullName } }
    ) {
        $record = Get-OnlyError $Call
        $record.FullyQualifiedErrorId | Should -Be "CommunicationError,$Name"
        $record.CategoryInfo.Category | Should -Be 'ConnectionError'
        $record.Exception.Message | Should -BeLike "*127.0.0.1:$port*"
        Test-Complete $record
    }

    It 'leaves no session behind' {
        Connect-LicenseServer "127.0.0.1:$port" -ErrorAction SilentlyContinue
        [LicensingAdmin.SessionList]::Current.Open | Should -BeNullOrEmpty
    }

    It 'gives one error for each of several' {
        $records = Connect-LicenseServer "127.0.0.1:$port", "localhost:$port" -ErrorAction Continue 2>&1
        @($records).Count | Should -Be 2
        $records[0].TargetObject | Should -Not -Be $records[1].TargetObject
    }

    It 'ends the command when errors shall' {
        { Connect-LicenseServer "127.0.0.1:$port" -ErrorAction Stop } | Should -Throw -ErrorId 'CommunicationError,Connect-LicenseServer'
    }
}

Describe 'A server that does not answer' {
    BeforeAll {
        $silent = Start-SilentServer
    }
    AfterAll {
        $silent.Listener.Stop()
    }

    It 'gives Timeout within the time that was allowed' {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $record = Get-OnlyError { Connect-LicenseServer $silent.Address -TimeoutSeconds 1 }
        $record.FullyQualifiedErrorId | Should -Be 'Timeout,Connect-LicenseServer'
        $record.CategoryInfo.Category | Should -Be 'OperationTimeout'
        Test-Complete $record
        # Far from the 100 seconds that are allowed when nothing is said.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
    }

    It 'gives Timeout also where nobody named the server, and what is shown meanwhile has no name of it' {
        $kept = $env:LICENSING_SERVER, $env:LICENSING_WMI_PORT
        try {
            $env:LICENSING_SERVER = '127.0.0.1'
            $env:LICENSING_WMI_PORT = $silent.Port
            $record = Get-OnlyError { Invoke-LicenseWmiQuery -Identify -NoTls -TimeoutSeconds 2 }
        }
        finally {
            $env:LICENSING_SERVER, $env:LICENSING_WMI_PORT = $kept
        }
        $record.FullyQualifiedErrorId | Should -Be 'Timeout,Invoke-LicenseWmiQuery'
    }

    It 'is left at once on Ctrl-C, without an error, and the session goes on' {
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            $shell = [powershell]::Create($runspace)
            $null = $shell.AddScript("Import-Module '$(Get-BuiltPath 'LicensingAdmin')'").Invoke()

            $shell = [powershell]::Create($runspace)
            $null = $shell.AddScript("Connect-LicenseServer $($silent.Address) -TimeoutSeconds 600")
            $running = $shell.BeginInvoke()
            $client = Wait-SilentServerClient $silent
            # A call that takes its time shows that it waits.
            $deadline = [datetime]::UtcNow.AddSeconds(60)
            while ($shell.Streams.Progress.Count -eq 0 -and [datetime]::UtcNow -lt $deadline) {
                [System.Threading.Thread]::Sleep(20)
            }
            $shell.Streams.Progress[0].StatusDescription | Should -BeLike '*127.0.0.1*'
            $running.IsCompleted | Should -BeFalse -Because 'the call is in flight'

            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            # A slice and a half is aimed at; what is proved here is that it does not wait for the call's own end.
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 60
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $shell.Streams.Error.Count | Should -Be 0
            Wait-ClientGone $client | Should -BeTrue -Because 'the request was cancelled, not left behind'

            $after = [powershell]::Create($runspace)
            $null = $after.AddScript('Get-LicenseInventory; (Get-Command -Module LicensingAdmin).Count')
            $answer = $after.Invoke()
            $after.Streams.Error[0].FullyQualifiedErrorId | Should -Be 'NotConnected,Get-LicenseInventory'
            $answer[-1] | Should -BeGreaterThan 20
        }
        finally {
            $runspace.Dispose()
        }
    }
}

Describe 'A local license file' {
    BeforeAll {
        # Nothing is sent, so that any address will do.
        $address = "127.0.0.1:$(Get-ClosedPort)"
    }

    It 'that is not there is FileNotFound' {
        $record = Get-OnlyError { Import-LicLicenseFile $address -FileName (Join-Path $TestDrive 'missing.lic') }
        $record.FullyQualifiedErrorId | Should -Be 'FileNotFound,Import-LicLicenseFile'
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Test-Complete $record
    }

    It 'in a folder that is not there is FileNotFound' {
        (Get-OnlyError { Import-LicLicenseFile $address -FileName (Join-Path $TestDrive 'no/such/missing.lic') }).FullyQualifiedErrorId |
            Should -Be 'FileNotFound,Import-LicLicenseFile'
    }

    It 'that is a folder is FileOpenFailed' {
        $record = Get-OnlyError { Import-LicLicenseFile $address -FileName $TestDrive }
        $record.FullyQualifiedErrorId | Should -Be 'FileOpenFailed,Import-LicLicenseFile'
        $record.CategoryInfo.Category | Should -Be 'OpenError'
        Test-Complete $record
    }

    It 'that is larger than any license file is not read' {
        $path = Join-Path $TestDrive 'large.lic'
        $stream = [System.IO.File]::Create($path)
        $stream.SetLength(16MB + 1)
        $stream.Dispose()
        $record = Get-OnlyError { Import-LicLicenseFile $address -FileName $path }
        $record.FullyQualifiedErrorId | Should -Be 'RequestTooLarge,Import-LicLicenseFile'
        Test-Complete $record
    }
}

Describe 'What a change with -WhatIf sends' {
    It 'is nothing: <Name>' -ForEach @(
        @{ Name = 'New-LicAdministrator'; Call = { New-LicAdministrator $silent.Address -Account x -WhatIf } }
        @{ Name = 'Set-LicAdministrator'; Call = { Set-LicAdministrator $silent.Address -Account x -WhatIf } }
        @{ Name = 'Remove-LicAdministrator'; Call = { Remove-LicAdministrator $silent.Address -Account x -WhatIf } }
        @{ Name = 'Import-LicLicenseFile'; Call = { Import-LicLicenseFile $silent.Address -FileName (New-Item "$TestDrive/x.lic" -Force).FullName -WhatIf } }
    ) {
        $silent = Start-SilentServer
        try {
            & $Call 6>$null
            $silent.Listener.Pending() | Should -BeFalse -Because 'nobody connected'
        }
        finally {
            $silent.Listener.Stop()
        }
    }
}

Describe 'A library that is missing or of another kind' {
    It 'is one error that names the file' {
        $pwsh = (Get-Process -Id $PID).Path
        $script = "`$env:LICENSING_NATIVE_LIBRARY = '$TestDrive/none.so'; Import-Module '$(Get-BuiltPath 'LicensingAdmin')'; " +
        'Get-LicInventory lic1 2>&1 | ForEach-Object { $_.FullyQualifiedErrorId; "$_" }'
        $output = & $pwsh -NoProfile -NonInteractive -Command $script
        $output[0] | Should -Be 'NativeLibraryMissing,Get-LicInventory'
        ($output -join ' ') | Should -BeLike '*none.so*'
    }
}
