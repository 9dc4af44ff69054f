# What holds for every exported command, whichever are added: whose preferences count, that a blank name never means everything,
# what the confirmation says, and of what types the results are.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $commands = Get-Command -Module LicensingAdmin | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $changing = $commands | Where-Object { $_.Command.Parameters.ContainsKey('WhatIf') }
    $callers = 'Function', 'Script', 'Module' | ForEach-Object { @{ Caller = $_ } }
    $preferences = @(
        @{ Preference = 'WhatIfPreference'; Value = $true; Parameter = 'WhatIf' }
        @{ Preference = 'ConfirmPreference'; Value = 'Low'; Parameter = 'Confirm' }
        @{ Preference = 'ErrorActionPreference'; Value = 'Stop'; Parameter = 'ErrorAction' }
        @{ Preference = 'VerbosePreference'; Value = 'Continue'; Parameter = 'Verbose' }
        @{ Preference = 'DebugPreference'; Value = 'Continue'; Parameter = 'Debug' }
        @{ Preference = 'WarningPreference'; Value = 'SilentlyContinue'; Parameter = 'WarningAction' }
        @{ Preference = 'InformationPreference'; Value = 'Continue'; Parameter = 'InformationAction' }
        @{ Preference = 'ProgressPreference'; Value = 'SilentlyContinue'; Parameter = 'ProgressAction' }
    )
    # Texts that name something; secrets, languages and places have their own checks.
    $filters = foreach ($command in Get-Command -Module LicensingAdmin) {
        foreach ($parameter in $command.Parameters.Values) {
            $takesInput = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and ($_.ValueFromPipelineByPropertyName -or $_.ValueFromPipeline) }
            $hasWildcards = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }
            # An alert without a subject has an empty one.
            if ($parameter.ParameterType -in [string], [string[]] -and ($takesInput -or $hasWildcards) -and $parameter.Name -ne 'Subject') {
                foreach ($blank in @{ Text = '$null'; Value = $null }, @{ Text = "''"; Value = '' }, @{ Text = "@('a', '')"; Value = @('a', '') }) {
                    if ($parameter.ParameterType -eq [string[]] -or $blank.Value -isnot [array]) {
                        @{ Name = $command.Name; Parameter = $parameter.Name; Text = $blank.Text; Value = $blank.Value; Command = $command }
                    }
                }
            }
        }
    }
    # Names of accounts.
    $accounts = foreach ($command in Get-Command -Module LicensingAdmin) {
        foreach ($parameter in $command.Parameters.Values) {
            if ($parameter.Name -in 'Account', 'Actor' -or ($parameter.Name -eq 'Name' -and $command.Noun -eq 'InsightAccount')) {
                @{ Name = $command.Name; Parameter = $parameter.Name; Command = $command }
            }
        }
    }
    # Names by which commands change or remove what is there.
    $exact = foreach ($command in $changing | Where-Object Name -Match '^(Confirm|Install|Remove|Reset|Restore|Revoke|Set)-') {
        foreach ($parameter in $command.Command.Parameters.Values | Where-Object { $_.ParameterType -in [string], [string[]] -and $_.Name -notin 'Server', 'AdminAddress' }) {
            $byName = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.ValueFromPipelineByPropertyName }
            $takesOther = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] -or $_ -is [System.Management.Automation.ValidateSetAttribute] }
            if ($byName -and -not $takesOther) {
                @{ Name = $command.Name; Parameter = $parameter.Name; Command = $command.Command }
            }
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $insight = $null
    $insight = Start-TestInsight
    $null = Connect-TestInsight $insight
    $server = Start-TestServer -Grants ([ordered]@{ DESIGN_PLT_UD = @{ count = 3 }; ACME_PRO_CCU = @{ count = 5 }; ACME_STD_CCU = @{ count = 1 } }) `
        -Options 'RESERVE 1 ACME_PRO_CCU USER alice'
    $null = Connect-TestServer $server
    $extra = New-TestLicenseFile $server 'extra.lic' @{ ACME_ADV_CCU = @{ count = 7 } }
    $null = Import-LicenseFile $extra
    $null = New-LicenseAdministrator 'EXAMPLE\reader' -Permission ReadOnly
    $token = New-LicenseToken monitoring
    $null = New-LicenseAlertRoute operations ops@example.net
    $backup = Backup-LicenseServer
    $vendor = (Get-LicenseInventory)[0].Vendor
    $null = Start-TestProduct $server DESIGN_PLT_UD -User 'Anna' -Device 'PC-1'
    $null = Start-TestProduct $server ACME_PRO_CCU -User 'ben' -Device 'PC-2' -Count 2
    $null = Start-TestProduct $server ACME_STD_CCU -User 'carol' -Device 'PC-3'
    # One who is refused.
    try { $null = Start-TestProduct $server ACME_STD_CCU -User 'dora' -Device 'PC-4' } catch { $null = $_ }
    $closed = "127.0.0.1:$(Get-ClosedPort)"

    # What a command needs besides the parameters under test.
    $needs = @{
        AdminAddress        = $server.Address
        Account             = 'EXAMPLE\reader'
        Credential          = New-TestCredential nobody 'correct horse battery staple'
        FileName            = 'extra.lic'
        LeaseId             = (Get-LicenseUsage -User ben).LeaseId
        Name                = 'other'
        Path                = $extra
        ProductEditionModel = '*'
        Query               = 'SELECT * FROM Citrix_GT_License_Pool'
        Token               = ConvertTo-TestSecret 'x'
        TokenId             = $token.TokenId
        Permission          = 'ReadOnly'
        CEIPOption          = 'None'
        AccessCode          = ConvertTo-TestSecret 'LA-00000-00000-00000-00000-00000'
        EntitlementId       = 'SO-1-1'
        SessionId           = 'SES-1'
        Count               = 1
        FulfillmentId       = 'FID-1'
        Option              = 'Notify'
        SADate              = '2015.1201'
        Address             = 'nobody@example.com'
        Feature             = 'ACME_PRO_CCU'
        First               = [guid]::NewGuid().ToString()
        Key                 = 'DuplicateLicense/acme/none'
        ProductVersion      = '2.0'
        Reason              = 'known'
        Second              = [guid]::NewGuid().ToString()
        SerialNumber        = 'ACME-4711'
        ServerGuid          = [guid]::NewGuid().ToString()
        Setting             = @{ 'alerts.nearly_out_percent' = 85 }
        Value               = 85
        KeyId               = (Get-LicenseIssuer)[0].KeyId
        Line                = '# no rules'
        Vendor              = $vendor
        Code                = 'UnverifiedLicensesAccepted'
    }

    # Where a command works.
    function Get-Place([string] $Name) {
        if ($Name -like '*-Insight*') { $insight.Name } else { $server.Endpoints.webServices }
    }

    # The arguments with which a command can be called.
    function Get-Argument($Command, [string[]] $Besides) {
        $sets = $Command.ParameterSets
        $set = @($sets | Where-Object IsDefault) + @($sets) | Select-Object -First 1
        $arguments = @{}
        foreach ($parameter in $set.Parameters | Where-Object IsMandatory) {
            if ($parameter.Name -notin $Besides) {
                $arguments[$parameter.Name] = $needs[$parameter.Name]
            }
        }
        if ($Command.Name -eq 'Import-LicLicenseFile') {
            $arguments['FileName'] = $extra
        }
        if ($Command.Name -eq 'Get-LicEntitlements') {
            $arguments['AccessCode'] = 'LA-00000-00000-00000-00000-00000'
        }
        if ($Command.Name -in 'Export-LicenseUpload', 'Export-LicenseAllocationRequest') {
            $arguments['Path'] = Join-Path $server.Folder 'bundle.json'
        }
        if ($Command.Name -eq 'Export-LicenseUsageReport') {
            $arguments['Path'] = Join-Path $server.Folder 'usage.html'
        }
        if ($Command.Name -eq 'Set-LicConfigUsageSamples') {
            $arguments['RetentionPeriod'] = 180
        }
        if ($Command.Name -eq 'Revoke-License' -and -not $Besides) {
            $arguments['LeaseId'] = $needs['LeaseId']
        }
        switch ($Command.Name) {
            { $_ -in 'Set-LicenseAlertRoute', 'Remove-LicenseAlertRoute', 'Test-LicenseAlertRoute' } { $arguments['Name'] = 'operations' }
            { $_ -in 'Test-LicenseBackup', 'Restore-LicenseServer' } { $arguments['Name'] = $backup.Backup }
            'Set-LicenseServerConfiguration' { $arguments['Name'] = 'alerts.nearly_out_percent' }
            'Add-LicenseIssuer' { $arguments['Path'] = Join-Path $server.Folder 'issuer/test-issuer.pub' }
            'Set-LicenseServerCertificate' { $arguments = @{ Path = Join-Path $server.Data 'tls/server.crt'; KeyPath = Join-Path $server.Data 'tls/server.key' } }
        }
        if ($Besides -and $Besides[0] -in $arguments.Keys) {
            $arguments.Remove($Besides[0])
        }
        if ($Command.Name -in 'Set-LicenseAdministrator') {
            $arguments['Permission'] = 'Full'
        }
        if ($Command.Name -eq 'Invoke-LicenseDscResource') {
            $arguments = @{ Name = 'Administrator'; Method = 'Set'; Property = @{ Account = 'EXAMPLE\other' } }
        }
        if ($Command.Name -eq 'Set-LicAdministrator') {
            $arguments['Account'] = $needs['Account']
        }
        $arguments
    }

    # Runs code with a preference set in a function, a script or a module that is not ours.
    function Invoke-Caller([string] $Kind, [string] $Code) {
        switch ($Kind) {
            'Function' {
                . ([scriptblock]::Create("function Invoke-Inner { $Code }"))
                Invoke-Inner
            }
            'Script' {
                $path = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
                Set-Content -LiteralPath $path -Value $Code
                & $path
            }
            'Module' {
                $module = New-Module -ScriptBlock ([scriptblock]::Create("function Invoke-Inner { $Code }; Export-ModuleMember -Function Invoke-Inner"))
                & $module { Invoke-Inner }
            }
        }
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Disconnect-InsightServer -All
    Stop-TestServer $server
    Stop-TestServer $insight
}

Describe 'Every command' {
    It '<Name> begins by taking over the preferences of its caller, and ends by closing what it opened' -ForEach $commands {
        $body = $Command.ScriptBlock.Ast.Body
        $body.BeginBlock.Statements[0].Extent.Text | Should -Be '[LicensingAdmin.Command]::Enter($PSCmdlet, $ExecutionContext.SessionState)'
        $body.ProcessBlock.Statements[0].Extent.Text | Should -BeLike '*::Accept($PSCmdlet, $_)*'
        $body.CleanBlock.Statements[-1].Extent.Text | Should -Be '[LicensingAdmin.Command]::Leave($PSCmdlet)'
    }

    It '<Name> says where its help is online' -ForEach $commands {
        $module = Get-Module LicensingAdmin
        $module.ProjectUri.Scheme | Should -Be 'https'
        $module.LicenseUri.AbsoluteUri | Should -BeLike "$($module.ProjectUri)*"
        $Command.HelpUri | Should -Be "$($module.ProjectUri)help/$Name"
    }
}

Describe 'The preference <Preference>' -ForEach $preferences {
    BeforeAll {
        # A function completed by the build as ours are; it tells what it and what it calls work with.
        . (Join-Path $PSScriptRoot '../module/Complete-Function.ps1')
        $source = Join-Path $TestDrive 'Test-Probe.ps1'
        Set-Content -LiteralPath $source -Value @'
function Test-Probe {
    [CmdletBinding(SupportsShouldProcess)]
    param()

    process {
        Get-Preference
    }
}
'@
        $completed = Complete-Function -Path $source -Shared @{} -HelpRoot 'https://localhost/'
        $inner = "function Get-Preference { `$$Preference }"
        $probe = New-Module -Name Probe -ScriptBlock ([scriptblock]::Create("$inner`n$completed`nExport-ModuleMember -Function Test-Probe"))
        Import-Module $probe
    }
    AfterAll {
        Remove-Module Probe
    }

    It 'is that of the calling <Caller>' -ForEach $callers {
        $set = if ($Value -is [bool]) { '$true' } else { "'$Value'" }
        Invoke-Caller $Caller "`$$Preference = $set; Test-Probe" | Should -Be $Value
    }

    It 'gives way to the parameter' {
        $arguments = @{ $Parameter = if ($Value -is [bool] -or $Parameter -in 'Verbose', 'Debug', 'Confirm') { $false } else { 'Ignore' } }
        $expected = Test-Probe @arguments
        $set = if ($Value -is [bool]) { '$true' } else { "'$Value'" }
        $written = if ($arguments[$Parameter] -is [bool]) { "-$($Parameter):`$false" } else { "-$Parameter Ignore" }
        Invoke-Caller 'Function' "`$$Preference = $set; Test-Probe $written" | Should -Be $expected
    }
}

Describe 'A caller in a <Caller>' -ForEach $callers {
    It 'can do without changes: <Name>' -ForEach $changing {
        $before = Get-State
        $arguments = Get-Argument $Command
        $global:licensingTestArguments = $arguments
        Invoke-Caller $Caller "`$WhatIfPreference = `$true; `$licensingTestArguments = `$global:licensingTestArguments; $Name @licensingTestArguments"
        Get-State | Should -Be $before
    }

    It 'can have the error of <Name> end everything' -ForEach ($commands | Where-Object { $_.Command.Parameters.ContainsKey('Server') -or $_.Command.Parameters.ContainsKey('AdminAddress') }) {
        $arguments = Get-Argument $Command
        $address = if ($arguments.ContainsKey('AdminAddress')) { 'AdminAddress' } else { 'Server' }
        $arguments[$address] = $closed
        if ($Command.Parameters.ContainsKey('Token') -and -not $arguments.ContainsKey('Credential')) {
            $arguments['Token'] = $needs['Token']
        }
        if ($Name -eq 'Get-LicenseErrorCode') {
            $arguments['Locale'] = 'de'
        }
        if ($Name -like 'Connect-*Server') {
            $arguments['NotDefault'] = $true
        }
        if ($Command.Parameters.ContainsKey('Confirm')) {
            $arguments['Confirm'] = $false
        }
        $global:licensingTestArguments = $arguments
        $code = "`$ErrorActionPreference = 'Stop'; `$licensingTestArguments = `$global:licensingTestArguments; try { `$null = $Name @licensingTestArguments; 'went on' } catch { 'caught' }"
        Invoke-Caller $Caller $code | Should -Be 'caught'
    }

    BeforeAll {
        function Get-State {
            $(
                (Get-LicenseFile).FileName
                (Get-LicenseAdministrator | ForEach-Object { "$($_.Account) $($_.Permissions)" })
                (Get-LicenseToken).TokenId
                (Get-LicenseUsage).LeaseId
            ) -join ' | '
        }
    }
}

Describe 'The name of an account' {
    It '<Name> -<Parameter> is never a credential' -ForEach $accounts {
        $credential = New-TestCredential carol 'correct horse battery staple'
        foreach ($given in $credential, @('anna', $credential)) {
            $arguments = @{ $Parameter = $given; ErrorAction = 'Stop' }
            { & $Name @arguments } | Should -Throw '*a credential and no name*'
        }
    }
}

Describe 'A blank name' {
    It '<Name> -<Parameter> <Text> is an error that names the parameter' -ForEach $filters {
        $arguments = Get-Argument $Command -Besides $Parameter
        $arguments[$Parameter] = $Value
        if ($Name -like 'Connect-*Server') {
            $arguments['NotDefault'] = $true
            $arguments.Remove($Parameter)
            if ($Parameter -ne 'Server') {
                $arguments['Server'] = Get-Place $Name
            }
            $arguments[$Parameter] = $Value
        }
        if ($Command.Parameters.ContainsKey('Confirm')) {
            $arguments['Confirm'] = $false
        }
        $record = Get-OnlyError { & $Name @arguments }
        "$record" | Should -BeLike "*$Parameter*"
        $record.CategoryInfo.Category | Should -BeIn 'InvalidArgument', 'InvalidData' -Because $record.FullyQualifiedErrorId
        Get-LicenseUsage | Should -HaveCount 3
        Get-LicenseFile | Should -HaveCount 2
    }

    It 'in a property of a piped object is an error of <Name> -<Parameter>' -ForEach ($filters | Where-Object {
            $_.Text -eq "''" -and $_.Parameter -notin 'Server', 'AdminAddress', 'CertHash' -and $_.Name -notlike 'Connect-*Server' -and
            ($_.Command.Parameters[$_.Parameter].Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.ValueFromPipelineByPropertyName })
        }) {
        $arguments = Get-Argument $Command -Besides $Parameter
        $arguments.Remove('LeaseId')
        if ($Command.Parameters.ContainsKey('Confirm')) {
            $arguments['Confirm'] = $false
        }
        $record = Get-OnlyError { [pscustomobject]@{ $Parameter = '' } | & $Name @arguments }
        # A parameter of another set is not looked at; the engine then says that the object fits nothing.
        "$($record.FullyQualifiedErrorId) $record" | Should -Match "$Parameter|^InputObjectNotBound"
        Get-LicenseUsage | Should -HaveCount 3
        Get-LicenseFile | Should -HaveCount 2
    }

    It 'a row without the property revokes nothing' {
        $address = $server.Endpoints.webServices
        foreach ($row in [pscustomobject]@{ UserName = 'ben' }, [pscustomobject]@{ UserName = 'ben'; Server = $address }) {
            (Get-OnlyError { $row | Revoke-License -Confirm:$false }).CategoryInfo.Category | Should -Be 'InvalidArgument'
            (Get-OnlyError { $row | Get-LicenseUsage | Revoke-License -Confirm:$false }).CategoryInfo.Category | Should -Be 'InvalidArgument'
        }
        Get-LicenseUsage | Should -HaveCount 3
    }
}

Describe 'Bad input' {
    BeforeAll {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters

        # Everything that the server keeps.
        function Get-Kept {
            $(
                (Get-LicenseFile | ForEach-Object { "$($_.FileName) $($_.Sha256)" })
                (Get-LicenseAdministrator | ForEach-Object { "$($_.Account) $($_.Permissions)" })
                (Get-LicenseToken).TokenId
                (Get-LicenseUsage).LeaseId
                (Get-LicenseManagementService | ForEach-Object { "$($_.Status) $($_.Destination) $($_.UploadTime)" })
            ) -join ' | '
        }

        # Values that a parameter cannot take, by what is wrong with them.
        function Get-BadValue([System.Management.Automation.ParameterMetadata] $Parameter) {
            $type = $Parameter.ParameterType
            $isText = $type -in [string], [string[]]
            $attributes = $Parameter.Attributes
            $binding = @($attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] })
            if ($type -eq [switch] -or $type -in [object], [object[]], [psobject], [hashtable] -or ($binding | Where-Object DontShow)) {
                return
            }
            if ($isText) {
                $isName = @($attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0 -or
                    @($binding | Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName }).Count -gt 0
                if (@($attributes | Where-Object { $_ -is [System.Management.Automation.ValidateSetAttribute] }).Count -gt 0) {
                    @{ What = 'wrong'; Value = 'no-such-word' }
                }
                elseif ($isName) {
                    @{ What = 'too long'; Value = 'x' * 5000 }
                }
                if ($isName -or @($attributes | Where-Object { $_ -is [System.Management.Automation.ValidateNotNullOrWhiteSpaceAttribute] }).Count -gt 0) {
                    @{ What = 'empty'; Value = '' }
                    @{ What = 'null'; Value = $null }
                }
            }
            else {
                # The name of an account asks for its password.
                if ($type -ne [pscredential]) {
                    @{ What = 'wrong'; Value = 'no such thing' }
                }
                @{ What = 'an object'; Value = [pscustomobject]@{ Nothing = 1 } }
                if ($type -notin [securestring], [pscredential]) {
                    @{ What = 'empty'; Value = '' }
                }
            }
        }

        function Invoke-Quietly([string] $Name, [hashtable] $Arguments, [object] $Piped) {
            try {
                $all = if ($null -ne $Piped) { $Piped | & $Name @Arguments 2>&1 } else { & $Name @Arguments 2>&1 }
                $all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
            }
            catch {
                $_
            }
        }
    }

    BeforeEach {
        $null = Connect-TestServer $server
        $null = Connect-TestInsight $insight
    }

    It '<Name> refuses it by the name of the parameter, and changes nothing' -ForEach $commands {
        $before = Get-Kept
        $wrong = foreach ($parameter in $Command.Parameters.Values | Where-Object { $_.Name -notin $common }) {
            foreach ($bad in Get-BadValue $parameter) {
                $arguments = Get-Argument $Command -Besides $parameter.Name
                $set = @($parameter.ParameterSets.Keys | Where-Object { $_ -ne '__AllParameterSets' })
                if ($set) {
                    # What the parameter set of the parameter needs beside it.
                    $arguments = @{}
                    foreach ($needed in ($Command.ParameterSets | Where-Object Name -EQ $set[0]).Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne $parameter.Name }) {
                        $arguments[$needed.Name] = if ($needed.ParameterType -eq [switch]) { $true } else { $needs[$needed.Name] }
                    }
                }
                $arguments[$parameter.Name] = $bad.Value
                if ($Command.Parameters.ContainsKey('Confirm')) {
                    $arguments['Confirm'] = $false
                }
                if ($Name -like 'Connect-*Server') {
                    $arguments['NotDefault'] = $true
                    if (-not $arguments.ContainsKey('Server')) {
                        $arguments['Server'] = Get-Place $Name
                    }
                }
                if ($Name -eq 'Get-LicenseErrorCode' -and $parameter.Name -ne 'Locale') {
                    # Only then a server is asked.
                    $arguments['Locale'] = 'de'
                }
                # Addresses and hashes are called what they are.
                $called = @($parameter.Name) + @(switch ($parameter.Name) { { $_ -in 'Server', 'AdminAddress' } { 'address is not valid' } 'CertHash' { 'certificate hash' } })
                $records = @(Invoke-Quietly $Name $arguments)
                if (-not ($records | Where-Object { $text = "$_ $($_.CategoryInfo.TargetName)"; $called | Where-Object { $text -like "*$_*" } })) {
                    "-$($parameter.Name) that is $($bad.What): $(if ($records) { $records[0].FullyQualifiedErrorId + ' ' + $records[0] } else { 'no error' })"
                }
            }
        }
        $null = Connect-TestServer $server
        $wrong -join "`n" | Should -BeNullOrEmpty
        Get-Kept | Should -Be $before
    }

    # What is there already is named as it is; only what says that it takes wildcards may mean several.
    It '<Name> -<Parameter> takes no wildcard, and changes nothing' -ForEach $exact {
        $before = Get-Kept
        $arguments = Get-Argument $Command -Besides $Parameter
        $set = @($Command.Parameters[$Parameter].ParameterSets.Keys | Where-Object { $_ -ne '__AllParameterSets' })
        if ($set) {
            $arguments = @{}
            foreach ($needed in ($Command.ParameterSets | Where-Object Name -EQ $set[0]).Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne $Parameter }) {
                $arguments[$needed.Name] = $needs[$needed.Name]
            }
        }
        $arguments[$Parameter] = '*'
        if ($Command.Parameters.ContainsKey('Confirm')) {
            $arguments['Confirm'] = $false
        }
        @(Invoke-Quietly $Name $arguments) | Should -Not -BeNullOrEmpty
        Get-Kept | Should -Be $before
    }

    It '<Name> refuses an object that is none of its kind' -ForEach $commands {
        $before = Get-Kept
        # What the pipeline has to give is left out of the arguments.
        $fromPipeline = @($Command.Parameters.Values | Where-Object { $_.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and ($_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName) } } | ForEach-Object Name)
        $arguments = Get-Argument $Command -Besides $fromPipeline
        $fromPipeline | ForEach-Object { $arguments.Remove($_) }
        if ($Command.Parameters.ContainsKey('Confirm')) {
            $arguments['Confirm'] = $false
        }
        if ($Name -like 'Connect-*Server') {
            $arguments['NotDefault'] = $true
        }
        @(Invoke-Quietly $Name $arguments -Piped ([pscustomobject]@{ Nothing = 1 })) | Should -Not -BeNullOrEmpty
        $null = Connect-TestServer $server
        Get-Kept | Should -Be $before
    }
}

Describe 'What -WhatIf says' {
    BeforeAll {
        # What is said goes to the host: run by a host that keeps it.
        function Get-WhatIf([string] $Code) {
            $program = (Get-Process -Id $PID).Path
            $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
            Set-Content -LiteralPath $file -Value @(
                "Import-Module '$(Get-BuiltPath 'LicensingAdmin')'"
                "Connect-InsightServer $($insight.Address) -CertHash $($insight.CertHash) -Token ([System.Net.NetworkCredential]::new('', '$($insight.Token)').SecurePassword)"
                "Connect-LicenseServer $($server.Address) -CertHash $($server.CertHash) -Credential ([pscredential]::new('admin', [System.Net.NetworkCredential]::new('', '$($server.Password)').SecurePassword))"
                $Code
            )
            (& $program -NoProfile -File $file) -join "`n"
        }
        $address = $server.Endpoints.webServices
    }

    It 'holds what a person checks: <Code>' -ForEach @(
        @{ Code = 'Get-LicenseUsage -User ben | Revoke-License -WhatIf'; Words = 'ACME_PRO_CCU', 'ben', 'PC-2', '2 seats' }
        @{ Code = 'Revoke-License -User be* -WhatIf'; Words = 'ACME_PRO_CCU', 'ben', 'PC-2', '2 seats' }
        @{ Code = 'Revoke-License -LeaseId (Get-LicenseUsage -User ben).LeaseId -WhatIf'; Words = 'ACME_PRO_CCU', 'ben', 'PC-2', '2 seats' }
        @{ Code = 'Remove-LicenseAdministrator EXAMPLE\reader -WhatIf'; Words = , 'EXAMPLE\reader' }
        @{ Code = 'Set-LicenseAdministrator EXAMPLE\reader -Permission Full -WhatIf'; Words = 'EXAMPLE\reader', 'Full' }
        @{ Code = 'New-LicenseAdministrator EXAMPLE\x -Permission ReadOnly -WhatIf'; Words = 'EXAMPLE\x', 'ReadOnly' }
        @{ Code = 'New-LicenseToken other -WhatIf'; Words = 'other', 'ReadOnly', '90 days' }
        @{ Code = 'Get-LicenseToken monitoring | Remove-LicenseToken -WhatIf'; Words = , 'monitoring' }
        @{ Code = 'Remove-LicenseFile extra.lic -WhatIf'; Words = 'extra.lic', 'ACME_ADV_CCU', 'from 7 to 0 seats' }
        @{ Code = 'Remove-LicenseFile base.lic -WhatIf'; Words = 'base.lic', 'ACME_PRO_CCU', 'from 5 to 0 seats, 2 in use', 'DESIGN_PLT_UD' }
        @{ Code = 'Reset-LicenseAdministrator EXAMPLE\reader -WhatIf'; Words = 'EXAMPLE\reader', 'sign-ins' }
        @{ Code = 'Set-LicenseServerConfiguration alerts.nearly_out_percent 85 -WhatIf'; Words = , 'alerts.nearly_out_percent=85' }
        @{ Code = 'Set-LicenseOption ACME -Line ''EXCLUDE ACME_PRO_CCU USER ben'' -WhatIf'; Words = 'ACME', 'Loses', 'ben' }
        @{ Code = 'Get-LicenseIssuer | Remove-LicenseIssuer -WhatIf'; Words = 'ACME_PRO_CCU', 'from 5 to 0 seats' }
        @{ Code = 'New-LicenseAlertRoute night night@example.net -WhatIf'; Words = 'night', 'night@example.net' }
        @{ Code = 'Restore-LicenseServer -Cancel -WhatIf'; Words = , 'restore' }
        @{ Code = 'Invoke-LicenseReread -WhatIf'; Words = 'license files', 'options files' }
        @{ Code = 'New-InsightAccount ann -Organization Example -WhatIf'; Words = 'ann', 'Example', 'ReadOnly' }
        @{ Code = 'New-InsightAccount root -Operator -WhatIf'; Words = 'root', 'all organizations' }
        @{ Code = 'Confirm-InsightFinding DuplicateLicense/a/b -Reason why -WhatIf'; Words = 'DuplicateLicense/a/b', 'why' }
        @{ Code = "[pscustomobject]@{ SerialNumber = 'X' } | Import-InsightRescission -WhatIf"; Words = 'rescinded', '1 rows' }
    ) {
        $said = Get-WhatIf $Code
        $said | Should -BeLike "*$(Get-Place $Code)*"
        foreach ($word in $Words) {
            $said | Should -BeLike "*$word*"
        }
    }

    It 'names the server and what each command would do to what' {
        # One process for all of them; a line tells them apart.
        $commands = Get-Command -Module LicensingAdmin | Where-Object { $_.Parameters.ContainsKey('WhatIf') }
        $said = Get-WhatIf (@(foreach ($command in $commands) {
                    $values = foreach ($argument in (Get-Argument $command).GetEnumerator()) {
                        $value = switch ($argument.Value) {
                            { $_ -is [pscredential] } { "([pscredential]::new('$($_.UserName)', [System.Net.NetworkCredential]::new('', 'correct horse battery staple').SecurePassword))" }
                            { $_ -is [hashtable] } { "@{ Account = '$($_.Account)' }" }
                            { $_ -is [securestring] } { "([System.Net.NetworkCredential]::new('', 'x').SecurePassword)" }
                            default { "'$_'" }
                        }
                        "-$($argument.Key) $value"
                    }
                    "'=== $($command.Name)'"
                    "$($command.Name) $($values -join ' ') -WhatIf"
                }) -join "`n")
        $parts = $said -split '(?m)^=== '
        foreach ($command in $commands) {
            $part = $parts | Where-Object { $_.StartsWith("$($command.Name)`n") }
            $part | Should -BeLike '*What if:*' -Because $command.Name
            if ($command.Parameters.ContainsKey('Server') -or $command.Parameters.ContainsKey('AdminAddress')) {
                $part | Should -BeLike "*$(Get-Place $command.Name)*" -Because $command.Name
            }
            foreach ($argument in (Get-Argument $command).GetEnumerator() | Where-Object Key -In 'Account', 'TokenId', 'FileName', 'Name', 'Credential', 'CEIPOption') {
                $word = if ($argument.Value -is [pscredential]) { $argument.Value.UserName } else { Split-Path -Leaf "$($argument.Value)" }
                $part | Should -BeLike "*$word*" -Because $command.Name
            }
        }
    }

    It 'tells the seats that a file brings' {
        $path = New-TestLicenseFile $server 'more.lic' @{ ACME_ENT_CCU = @{ count = 4 } }
        $said = Get-WhatIf "Import-LicenseFile '$path' -WhatIf"
        foreach ($word in $address, 'more.lic', 'ACME_ENT_CCU', 'from 0 to 4 seats') {
            $said | Should -BeLike "*$word*"
        }
    }
}

Describe 'What comes out' {
    BeforeAll {
        # Those that are generated; the build joins them with those made by hand, whose headings are words of their own.
        $generated = Join-Path $PSScriptRoot '../module/LicensingAdmin/LicensingAdmin.Format.ps1xml'
        $views = ([xml] (Get-Content -LiteralPath $generated -Raw)).SelectNodes('/Configuration/ViewDefinitions/View')
        @($views).Count | Should -BeGreaterThan 0
    }

    BeforeDiscovery {
        $lists = @(
            { Get-LicenseServer }, { Get-LicenseInventory }, { Get-LicenseUsage }, { Get-LicenseDenial }, { Get-LicenseReservation }, { Get-LicenseFile },
            { Get-LicenseServerConfiguration }, { Get-LicenseIssuer }, { Get-LicenseOption }, { Test-LicenseServer }, { Get-LicenseBackup }, { Get-LicenseAlertRoute },
            { Get-LicAlerts $server.Address -ProductEditionModel * -SADate 2020.0101 },
            { Get-LicenseAdministrator }, { Get-LicenseToken }, { Get-LicenseErrorCode }, { Get-LicenseAssignmentEvent }, { Get-LicenseCertificate },
            { Test-LicenseFile $extra }, { [LicensingAdmin.SessionList]::Current.Default },
            { Get-LicInventory $server.Address }, { Get-LicServerInfo $server.Address }, { Get-LicUsageDetails $server.Address -ProductEditionModel * },
            { Get-LicEffectivePermission $server.Address }, { Get-LicAdministrator $server.Address }, { Get-LicLocalizedNames $server.Address }
        ) | ForEach-Object { @{ Code = "$_".Trim(); List = $_ } }
    }

    It '<Code> has rows, and times of the kind that Get-Date gives' -ForEach $lists {
        $rows = @(& $List)
        $rows | Should -Not -BeNullOrEmpty
        foreach ($row in $rows) {
            foreach ($property in $row.PSObject.Properties) {
                $property.Value | Should -Not -BeOfType [DateTimeOffset] -Because $property.Name
                if ($property.Value -is [datetime] -and $property.TypeNameOfValue -notlike '*X509*') {
                    $property.Value.Kind | Should -BeIn 'Local', 'Unspecified'
                    { New-TimeSpan -Start $property.Value } | Should -Not -Throw
                    (Get-Date) -gt $property.Value -or (Get-Date) -le $property.Value | Should -BeTrue
                }
            }
        }
    }

    It '<Code> shows headings that are properties' -ForEach $lists {
        $row = @(& $List)[0]
        foreach ($type in $row.PSObject.TypeNames | Where-Object { $_ -like 'LicensingAdmin.*' -or $_ -like 'Citrix.*' }) {
            foreach ($view in $views | Where-Object { $_.SelectNodes('ViewSelectedBy/TypeName').InnerText -eq $type }) {
                $headers = @($view.SelectNodes('TableControl/TableHeaders/TableColumnHeader'))
                $items = @($view.SelectNodes('TableControl/TableRowEntries/TableRowEntry/TableColumnItems/TableColumnItem'))
                $items.Count | Should -Be $headers.Count
                for ($at = 0; $at -lt $headers.Count; $at++) {
                    $label = $headers[$at].SelectSingleNode('Label')
                    $heading = if ($label) { $label.InnerText } else { $items[$at].SelectSingleNode('PropertyName').InnerText }
                    $row.PSObject.Properties.Name | Should -Contain $heading -Because "it is a heading of $type"
                }
            }
        }
    }

    It 'has a text for what is nested' {
        $csv = Get-LicenseServer | ConvertTo-Csv
        "$csv" | Should -BeLike '*ACME*Running*'
        "$csv" | Should -Not -BeLike '*System.Object*'
        "$(Get-LicenseDenial | ConvertTo-Csv)" | Should -BeLike '*carol*'
    }

    It 'is completed before there is a row' {
        (TabExpansion2 'Get-LicenseUsage | Select-Object Us' 35).CompletionMatches.CompletionText | Should -Contain 'User'
        (TabExpansion2 'Get-LicenseInventory | Where-Object PercentI' 44).CompletionMatches.CompletionText | Should -Contain 'PercentInUse'
    }

}
