# Scripts as administrators write them: leavers, reports, fleets, with what goes wrong in them. None may change what nobody meant,
# and none may take a part for the whole.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $one = $two = $null
    $one = Start-TestServer -Grants ([ordered]@{ ACME_PRO_CCU = @{ count = 9 }; DESIGN_PLT_UD = @{ count = 5 }; ACME_STD_CCU = @{ count = 1 } }) -Options 'RESERVE 1 ACME_PRO_CCU USER alice'
    $two = Start-TestServer -Grants @{ ACME_STD_CCU = @{ count = 3 } }
    $null = Connect-TestServer $one
    $credential = New-TestCredential admin $one.Password
    $null = Start-TestProduct $one ACME_PRO_CCU -User anna -Device PC-1
    $null = Start-TestProduct $one ACME_PRO_CCU -User ben -Device PC-2 -Count 2
    $null = Start-TestProduct $one DESIGN_PLT_UD -User 'CORP\Iıİi' -Device 'Straße-1'
    $null = Start-TestProduct $one ACME_STD_CCU -User carol -Device PC-3
    try { $null = Start-TestProduct $one ACME_STD_CCU -User dora -Device PC-4 } catch { $null = $_ }
    $folder = Join-Path $one.Folder 'scripts'
    $null = New-Item -ItemType Directory -Path $folder

    function Set-Csv([string] $Name, [string[]] $Lines) {
        $path = Join-Path $folder $Name
        Set-Content -LiteralPath $path -Value $Lines -Encoding utf8
        $path
    }

    # The errors of a script that goes on after each, as scripts do.
    function Get-Failure([scriptblock] $Script) {
        $ErrorActionPreference = 'Continue'
        @(try { & $Script 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } } catch { $_ })
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $one
    Stop-TestServer $two
}

Describe 'Leavers from a table' {
    AfterEach {
        Get-LicenseUsage | Should -HaveCount 4 -Because 'nothing may be revoked'
    }

    It 'with another column revoke nothing, and say so for each row' {
        $path = Set-Csv leavers.csv 'UserName,Department', 'anna,Sales', 'ben,Sales'
        Get-Failure { Import-Csv $path | Revoke-License -Confirm:$false } | Should -HaveCount 2
        Get-Failure { Import-Csv $path | Get-LicenseUsage | Revoke-License -Confirm:$false } | Should -HaveCount 2
    }

    It 'with an empty line name the parameter that is blank' {
        $path = Set-Csv leavers.csv 'User,Feature', ',', ',ACME_PRO_CCU', ' ,ACME_PRO_CCU'
        $errors = Get-Failure { Import-Csv $path | Revoke-License -Confirm:$false }
        $errors | Should -HaveCount 3
        foreach ($record in $errors) {
            "$record" | Should -Match '\b(User|Feature)\b'
        }
    }

    It 'who hold nothing are an error each' {
        $path = Set-Csv leavers.csv 'User', 'nobody', 'noone'
        $errors = Get-Failure { Import-Csv $path | Revoke-License -Confirm:$false }
        $errors.FullyQualifiedErrorId | Should -Be 'LeaseNotFound,Revoke-License', 'LeaseNotFound,Revoke-License'
        { Import-Csv $path | Revoke-License -Confirm:$false -ErrorAction Stop } | Should -Throw
    }

    It 'in a loop over a property that is not there revoke nothing' {
        $path = Set-Csv leavers.csv 'Name', 'anna'
        # Without strict mode a missing property is null.
        Set-StrictMode -Off
        Get-Failure { foreach ($row in Import-Csv $path) { Revoke-License -User $row.User -Confirm:$false } } | Should -HaveCount 1
        Get-Failure { foreach ($row in Import-Csv $path) { Revoke-License -User $row.User -Feature ACME* -Confirm:$false } } | Should -HaveCount 1
        Get-Failure { foreach ($row in Import-Csv $path) { Get-LicenseUsage $row.Feature | Revoke-License -Confirm:$false } } | Should -HaveCount 1
    }

    It 'are only shown when the calling script is asked to show' {
        $path = Set-Csv leavers.csv 'User', 'anna', 'ben'
        $script = Join-Path $folder 'Remove-Leaver.ps1'
        Set-Content -LiteralPath $script -Value @'
            [CmdletBinding(SupportsShouldProcess)] param($Path)
            function Remove-One { [CmdletBinding(SupportsShouldProcess)] param([Parameter(ValueFromPipelineByPropertyName)] $User) process { Revoke-License -User $User -Confirm:$false } }
            Import-Csv $Path | Remove-One
'@
        & $script $path -WhatIf
        $WhatIfPreference = $true
        & $script $path
    }

    It 'with splatted arguments that are null revoke nothing' {
        $arguments = @{ User = $null; Feature = 'ACME_*'; Confirm = $false }
        Get-Failure { Revoke-License @arguments } | Should -HaveCount 1
        $arguments = @{ LeaseId = @(); Confirm = $false }
        Get-Failure { Revoke-License @arguments } | Should -HaveCount 1
        $arguments = @{ Device = @('PC-1', $null); Confirm = $false }
        Get-Failure { Revoke-License @arguments } | Should -HaveCount 1
    }

    It 'are only shown when the defaults say so' {
        $PSDefaultParameterValues = @{ 'Revoke-License:WhatIf' = $true }
        $null = $PSDefaultParameterValues
        Revoke-License -User anna, ben
    }
}

Describe 'Rows that went through a file' {
    It 'as CSV find their seats again' {
        $path = Join-Path $folder 'usage.csv'
        Get-LicenseUsage | Export-Csv $path
        $errors = Get-Failure { $script:rows = Import-Csv $path | Get-LicenseUsage }
        $script:rows.User | Should -Be 'anna', 'ben', 'carol'
        # An assigned seat has no device, and a blank is no filter.
        "$errors" | Should -BeLike '*Device*'
        # The id of the seat needs no other name.
        Get-Failure { Import-Csv $path | Revoke-License -WhatIf } | Should -BeNullOrEmpty
    }

    It 'as CLIXML find their seats again' {
        $path = Join-Path $folder 'usage.xml'
        Get-LicenseUsage -User ben | Export-Clixml $path
        (Import-Clixml $path | Get-LicenseUsage).User | Should -Be 'ben'
    }

    It 'show names as the products sent them' {
        (Get-LicenseUsage DESIGN_PLT_UD).User | Should -BeExactly 'CORP\Iıİi'
        (Get-LicenseUsage -User 'CORP\Iıİi').Feature | Should -Be 'DESIGN_PLT_UD'
        (Get-LicUsageDetails $one.Address -ProductEditionModel DESIGN_PLT_UD).Name | Should -BeExactly 'CORP\Iıİi'
    }
}

Describe 'Fleets' {
    AfterEach {
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $one
    }

    It 'go on when one of fifty servers is down' {
        $table = @(
            1..24 | ForEach-Object { [pscustomobject]@{ Server = "127.0.0.1:$_"; CertHash = $one.CertHash } }
            [pscustomobject]@{ Server = $one.Address; CertHash = $one.CertHash }
            [pscustomobject]@{ Server = $two.Address; CertHash = $two.CertHash }
            25..48 | ForEach-Object { [pscustomobject]@{ Server = "127.0.0.1:$_"; CertHash = $one.CertHash } }
        )
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $errors = Get-Failure { $table | Connect-LicenseServer -Credential $credential -TimeoutSeconds 10 }
        $errors | Should -HaveCount 48
        # Far from the 480 seconds of one after the other with all of its time.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 120
        (Get-LicenseInventory | Group-Object Server) | Should -HaveCount 2
    }

    It 'go on in a loop, and reach no server that was not connected' {
        $seen = foreach ($address in $one.Address, '127.0.0.1:1', $two.Address) {
            $hash = if ($address -eq $two.Address) { $two.CertHash } else { $one.CertHash }
            try {
                Connect-LicenseServer $address -CertHash $hash -Credential $credential -TimeoutSeconds 5
                (Get-LicenseServer).Server
            }
            catch {
                'none'
            }
        }
        $seen | Should -Be $one.Endpoints.webServices, 'none', $two.Endpoints.webServices
    }

    It 'work in runspaces of their own' {
        $module = Get-BuiltPath 'LicensingAdmin'
        $address, $hash = $one.Address, $one.CertHash
        $counts = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            @(Get-LicenseInventory -Server $using:address -CertHash $using:hash -Credential $using:credential).Count
        }
        $counts | Should -Be 3, 3, 3, 3
    }

    It 'in one call without a session leave no session behind' {
        Disconnect-LicenseServer -All
        $rows = Get-LicenseInventory -Server $one.Address -CertHash $one.CertHash -Credential $credential
        $rows | Should -HaveCount 3
        # A row knows its server, but not as whom it was asked.
        (Get-OnlyError { $rows[0] | Get-LicenseUsage }).FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        [LicensingAdmin.SessionList]::Current.Open | Should -BeNullOrEmpty
    }
}

Describe 'Modules and functions of others' {
    It 'catch what fails with -ErrorAction Stop: <Code>' -ForEach @(
        @{ Code = 'Import-LicenseFile /nowhere.lic' }
        @{ Code = 'Get-LicenseFile nowhere.lic' }
        @{ Code = 'Remove-LicenseFile nowhere.lic -Confirm:$false' }
        @{ Code = 'Get-LicenseInventory NO_SUCH_CCU' }
        @{ Code = 'Revoke-License -LeaseId 00000000000000000000000000000000 -Confirm:$false' }
        @{ Code = 'Revoke-License -Feature NO_SUCH_CCU -Confirm:$false' }
        @{ Code = 'Set-LicenseAdministrator nobody -Permission Full' }
        @{ Code = 'Reset-LicenseAdministrator nobody' }
        @{ Code = 'New-LicenseAdministrator admin' }
        @{ Code = 'Remove-LicenseToken lic_0000000000000000 -Confirm:$false' }
        @{ Code = 'Get-LicenseUsage -Session nowhere' }
    ) {
        $module = New-Module -ScriptBlock ([scriptblock]::Create("function Invoke-Task { [CmdletBinding()] param() try { `$null = $Code; 'went on' } catch { 'caught' } }"))
        & $module { Invoke-Task -ErrorAction Stop } | Should -Be 'caught'
        & $module { $ErrorActionPreference = 'Stop'; Invoke-Task } | Should -Be 'caught'
    }

    It 'ask with -Confirm, and are quiet with -Confirm:$false' {
        function Invoke-Task { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() New-LicenseToken quiet -ErrorAction Stop }
        (Invoke-Task -Confirm:$false).Name | Should -Be 'quiet'
        Get-LicenseToken quiet | Remove-LicenseToken -Confirm:$false
    }

    It 'get the verbose text that they ask for' {
        function Invoke-Task { [CmdletBinding()] param() Get-LicenseInventory }
        "$(Invoke-Task -Verbose 4>&1)" | Should -BeLike '*GetInventory at*'
        Invoke-Task 4>&1 | Should -HaveCount 3
    }

    It 'of servers that answer in part get what there is, and an error for the rest' {
        $ErrorActionPreference = 'Continue'
        $rows = Get-LicenseInventory -Session $one.Endpoints.webServices, nowhere -ErrorVariable errors 2>$null
        $rows | Should -HaveCount 3
        $errors | Should -HaveCount 1
        $errors[0].TargetObject | Should -Be 'nowhere'
    }
}

Describe 'Reports' {
    It 'count with dates of every kind' {
        $row = Get-LicenseUsage -User ben
        $points = (Get-Date).AddHours(-1), [DateTimeOffset]::Now.AddHours(-1), [timespan]::FromHours(1), '1h', $row.Since.AddMinutes(-1), '2020-01-01'
        foreach ($point in $points) {
            @(Get-LicenseDenial -Since $point) | Should -HaveCount 1 -Because "$point"
            @(Get-LicenseAssignmentEvent -Since $point) | Should -HaveCount 1 -Because "$point"
        }
        Get-LicenseDenial -Until 1h | Should -BeNullOrEmpty
        Get-LicenseAssignmentEvent -Until 1h | Should -BeNullOrEmpty
        (New-TimeSpan -Start $row.Since).TotalHours | Should -BeLessThan 1
        { Get-Date $row.Since } | Should -Not -Throw
    }

    It 'take the same filters everywhere: <Name>' -ForEach @(
        @{ Name = 'Get-LicenseUsage'; Found = 2 }
        @{ Name = 'Get-LicenseDenial'; Found = 1 }
        @{ Name = 'Get-LicenseQueue'; Found = 0 }
        @{ Name = 'Get-LicenseReservation'; Found = 1 }
    ) {
        $filters = [pscustomobject]@{ Feature = 'acme_*'; User = 'A*'; Vendor = 'acme' }
        $several = @{ Feature = 'ACME_*', 'DESIGN_*'; User = 'ann?', 'ben', 'DORA', 'alice'; Vendor = 'AC*', 'other' }
        Get-Failure { $filters | & $Name } | Should -BeNullOrEmpty
        @(& $Name @several) | Should -HaveCount $Found
        $parameters = (Get-Command $Name).Parameters
        foreach ($filter in 'Feature', 'User', 'Device', 'Vendor') {
            $parameters[$filter].ParameterType | Should -Be ([string[]])
            $binding = $parameters[$filter].Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] }
            $binding.ValueFromPipelineByPropertyName | Should -BeTrue
        }
    }

    It 'group, sort and measure' {
        Get-LicenseInventory | Where-Object Free -EQ 0 | ForEach-Object Feature | Should -Be 'ACME_STD_CCU'
        (Get-LicenseInventory | Sort-Object PercentInUse -Descending)[0].Feature | Should -Be 'ACME_STD_CCU'
        (Get-LicenseUsage | Measure-Object Count -Sum).Sum | Should -Be 5
        Get-LicenseInventory | ForEach-Object { , $_.PercentInUse | Should -BeOfType [double] }
        (Get-LicenseDenial -Number 4, 5 -Limit 1).User | Should -Be 'dora'
    }

    It 'as JSON keep numbers, texts and dates' {
        $row = Get-LicenseInventory ACME_PRO_CCU | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        $row.Installed | Should -Be 9
        $row.Files | Should -Be 'base.lic'
        $row.LicenseExpirationDate | Should -BeOfType [datetime]
    }
}

Describe 'Local files' {
    It 'are tested and imported under any name: <Local>' -ForEach @(
        @{ Local = 'acme (1).lic'; Stored = 'acme _1_.lic' }
        @{ Local = 'ライセンス.lic'; Stored = 'ライセンス.lic' }
        @{ Local = '[new] acme.lic'; Stored = '_new_ acme.lic' }
        @{ Local = "o'brien & sons.txt"; Stored = 'o_brien _ sons.lic' }
    ) {
        $made = New-TestLicenseFile $one 'made.lic' @{ ACME_ADV_CCU = @{ count = 2 } }
        $path = Join-Path $folder $Local
        Copy-Item -LiteralPath $made -Destination $path
        Test-LicenseFile -LiteralPath $path -Quiet -ErrorAction Stop | Should -BeTrue
        (Import-LicenseFile -LiteralPath $path -ErrorAction Stop).FileName | Should -Be $Stored
        Remove-LicenseFile $Stored -Confirm:$false -ErrorAction Stop
        # The command makes the same name.
        $output = & (Get-ProgramPath licensing) file explain $path --offline 2>&1
        "$output" | Should -BeLike "*$Stored*"
    }
}

Describe 'Vendor daemons that do not answer' -Skip:(-not $IsLinux) {
    BeforeAll {
        $several = $null
        $several = Start-TestServer -Grants @{ ACME_STD_CCU = @{ count = 1 } } -Environment @{ LICENSINGD_LICENSING__STARTUP_VENDORS = '["BETA", "GAMMA"]' }
        $session = Connect-TestServer $several -NotDefault
        $daemons = (Get-LicenseServer -Session $session).VendorDaemons
    }
    AfterAll {
        foreach ($daemon in $daemons) {
            & kill -CONT $daemon.ProcessId
        }
        Stop-TestServer $several
    }

    It 'are an error each, beside the rows of the others or with none' {
        $ErrorActionPreference = 'Continue'
        & kill -STOP ($daemons | Where-Object Vendor -EQ ACME).ProcessId
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $rows = Get-LicenseInventory -Session $session -ErrorVariable errors 2>$null
        # Far from the 100 seconds that are allowed when nothing is said.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
        $rows.Vendor | Sort-Object -Unique | Should -Be 'BETA', 'GAMMA'
        $errors.TargetObject | Should -Be 'ACME'

        # On a slow machine the manager may have replaced the first one meanwhile.
        foreach ($daemon in (Get-LicenseServer -Session $session).VendorDaemons) {
            & kill -STOP $daemon.ProcessId
        }
        Get-LicenseUsage -Session $session -ErrorVariable errors 2>$null | Should -BeNullOrEmpty
        $errors.TargetObject | Sort-Object | Should -Be 'ACME', 'BETA', 'GAMMA'
        { Get-LicenseUsage -Session $session -ErrorAction Stop } | Should -Throw '*not serving*'
    }
}
