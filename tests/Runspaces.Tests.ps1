# The module where programs host it: in many runspaces at once, in one that allows nothing else, and under the strictest mode.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{ ACME_PRO_CCU = @{ count = 5 }; ACME_STD_CCU = @{ count = 3 } })
    $null = Start-TestProduct $server ACME_PRO_CCU -User anna -Device ws-1
    $module = Get-BuiltPath 'LicensingAdmin'
    $site = @{ Server = $server.Address; CertHash = $server.CertHash; Credential = New-TestCredential admin $server.Password }
}

AfterAll {
    Stop-TestServer $server
}

Describe 'In sixteen runspaces' {
    BeforeAll {
        # Each opens a session of its own, calls so often, and closes it again. Returns what went wrong, and how many calls went well.
        function Invoke-Everywhere([int] $Runspaces, [int] $Calls) {
            $work = {
                param($module, $site, $calls)
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                Import-Module $module
                $session = Connect-LicenseServer @site -PassThru
                $rows = 0
                foreach ($call in 1..$calls) {
                    $rows += @(if ($call % 2) { Get-LicenseInventory } else { Get-LicenseUsage -User anna }).Count
                }
                Disconnect-LicenseServer $session
                $rows
            }
            $running = foreach ($number in 1..$Runspaces) {
                $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
                $runspace.Open()
                $shell = [powershell]::Create($runspace)
                $null = $shell.AddScript($work).AddArgument($module).AddArgument($site).AddArgument($Calls)
                @{ Shell = $shell; Runspace = $runspace; Result = $shell.BeginInvoke() }
            }
            foreach ($one in $running) {
                $rows = try { @($one.Shell.EndInvoke($one.Result))[-1] } catch { "$_" }
                $problems = @($one.Shell.Streams.Error)
                $one.Shell.Dispose()
                $one.Runspace.Dispose()
                [pscustomobject]@{ Rows = $rows; Problems = $problems }
            }
        }

        # Open files and sockets, and threads, of this process once what is unused is gone.
        function Get-Held {
            foreach ($pass in 1..3) {
                [System.GC]::Collect()
                [System.GC]::WaitForPendingFinalizers()
            }
            [pscustomobject]@{
                Files   = [System.IO.Directory]::GetFileSystemEntries('/proc/self/fd').Count
                Threads = [System.IO.Directory]::GetDirectories('/proc/self/task').Count
            }
        }
    }

    It 'a thousand calls give no error and leave neither handles nor threads behind' -Skip:(-not $IsLinux) {
        # The first round makes what stays for the life of a process: threads of the runtimes, and their files.
        $null = Invoke-Everywhere 16 2
        $before = Get-Held
        $results = @(Invoke-Everywhere 16 63)
        @($results | ForEach-Object { $_.Problems }) | Should -BeNullOrEmpty
        # 32 lists of two pools and 31 of one holder.
        $results.Rows | Sort-Object -Unique | Should -Be 95
        # What a busy machine has not closed yet, and threads that it needed for a time, are gone within a minute; a leak is not.
        $deadline = [datetime]::UtcNow.AddSeconds(60)
        do {
            $after = Get-Held
            $isMore = $after.Files - $before.Files -ge 16 -or $after.Threads - $before.Threads -ge 16
            if ($isMore) { Start-Sleep -Milliseconds 200 }
        } while ($isMore -and [datetime]::UtcNow -lt $deadline)
        Write-Information "files $($before.Files) → $($after.Files), threads $($before.Threads) → $($after.Threads)" -InformationAction Continue
        # Threads of the thread pool of .NET come and go; a leak would be one or more for each runspace.
        $after.Files - $before.Files | Should -BeLessThan 16
        $after.Threads - $before.Threads | Should -BeLessThan 16
    }
}

Describe 'In a runspace with nothing but its own commands' {
    It 'its commands run, and no others' {
        $state = [initialsessionstate]::CreateDefault2()
        $state.ImportPSModule([string[]] @($module))
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        try {
            foreach ($command in $runspace.SessionStateProxy.InvokeCommand.GetCommands('*', 'Cmdlet, Function, Filter, Alias, Application, ExternalScript', $true)) {
                if ($command.ModuleName -ne 'LicensingAdmin' -and $command.CommandType -notin 'Application', 'ExternalScript') {
                    $command.Visibility = 'Private'
                }
            }
            $runspace.SessionStateProxy.Applications.Clear()
            $runspace.SessionStateProxy.Scripts.Clear()
            $runspace.SessionStateProxy.LanguageMode = 'NoLanguage'
            # Calls one command from outside, as remoting does: what is private is not found.
            function Invoke-Outside([string] $Name, [hashtable] $Parameters = @{}) {
                $shell = [powershell]::Create($runspace)
                try {
                    $null = $shell.AddCommand($Name, $true).AddParameters($Parameters)
                    $shell.Commands.Commands[0].CommandOrigin = 'Runspace'
                    $shell.Invoke()
                    if ($shell.HadErrors) { throw $shell.Streams.Error[0] }
                }
                finally {
                    $shell.Dispose()
                }
            }
            $null = Invoke-Outside 'Connect-LicenseServer' $site
            @(Invoke-Outside 'Get-LicenseInventory').Feature | Should -Be 'ACME_PRO_CCU', 'ACME_STD_CCU'
            @(Invoke-Outside 'Get-LicenseInventory' @{ Total = $true }).Installed | Should -Be 5, 3
            @(Invoke-Outside 'Get-LicenseUsage').User | Should -Be 'anna'
            $null = Invoke-Outside 'Revoke-License' @{ User = 'anna'; WhatIf = $true }
            { Invoke-Outside 'Get-ChildItem' } | Should -Throw
            $null = Invoke-Outside 'Disconnect-LicenseServer' @{ All = $true }
        }
        finally {
            $runspace.Dispose()
        }
    }
}

Describe 'Under Set-StrictMode -Version Latest' {
    It 'imports, and every list runs' {
        $code = {
            param($module, $site)
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            Import-Module $module -Force
            Connect-LicenseServer @site
            foreach ($name in 'Get-LicenseServer', 'Get-LicenseInventory', 'Get-LicenseUsage', 'Get-LicenseQueue', 'Get-LicenseDenial', 'Get-LicenseReservation',
                'Get-LicenseFile', 'Get-LicenseAdministrator', 'Get-LicenseToken', 'Get-LicenseAlert', 'Get-LicenseVendorDaemon', 'Get-LicenseErrorCode') {
                & $name | Out-Default
            }
            Disconnect-LicenseServer -All
        }
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript($code).AddArgument($module).AddArgument($site)
            $null = $shell.Invoke()
            @($shell.Streams.Error) | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
        }
    }
}
