# Desired state: every resource by the command, by Invoke-LicenseDscResource and by its class.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $resources = [LicensingAdmin.OperationTable]::Current.Resources | ForEach-Object { @{ Name = $_.Name; Resource = $_ } }
    # The manifests say which resources are set and removed.
    $manifests = Get-ChildItem (Get-BuiltPath 'bin') -Filter '*.dsc.resource.json' | ForEach-Object { Get-Content -LiteralPath $_.FullName -Raw | ConvertFrom-Json }
    $desired = foreach ($manifest in $manifests | Where-Object { $_.PSObject.Properties['set'] }) {
        foreach ($way in 'licensing dsc', 'Invoke-LicenseDscResource', 'class') {
            @{ Name = $manifest.type -replace '^LicensingAdmin/'; Way = $way; Removable = [bool] $manifest.PSObject.Properties['delete'] }
        }
    }
    $ways = $desired.Way | Select-Object -Unique | ForEach-Object { @{ Way = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    Import-Module (Get-BuiltPath 'LicensingAdminDsc')
    $dsc = Get-Module LicensingAdminDsc
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 5 } } -Options 'RESERVE 2 ACME_PRO_CCU USER alice'
    $null = Connect-TestServer $server

    # Properties that say which server is meant and who asks, with a token that the session makes.
    function Get-Connection {
        $file = Join-Path $server.Folder 'dsc.token'
        if (-not (Test-Path -LiteralPath $file)) {
            Set-Content -LiteralPath $file -Value (ConvertFrom-SecureString (New-LicenseToken dsc -Permission Full).Secret -AsPlainText)
        }
        @{ Server = $server.Address; ServerCertHash = $server.CertHash; ServerTokenFile = $file }
    }

    $null = Get-Connection

    # An instance of a class with these properties.
    function New-Instance([string] $Name, [hashtable] $Property) {
        & $dsc { param($name, $property) $instance = ($name -as [type])::new(); foreach ($key in $property.Keys) { $instance.$key = $property[$key] }; $instance } $Name $Property
    }

    # The same outcome of every way. Text is everything that was said, for a secret could stand anywhere in it.
    function New-Outcome([object[]] $Said, [hashtable] $Outcome) {
        $text = $Said | ForEach-Object { $_ -is [string] -or $_ -is [System.Management.Automation.InformationalRecord] ? "$_" : (ConvertTo-Json $_ -Depth 4) }
        $whole = @{ InDesiredState = $null; Reasons = @(); Steps = @(); States = @(); Text = $text -join "`n" }
        foreach ($key in $Outcome.Keys) {
            $whole[$key] = $Outcome[$key]
        }
        [pscustomobject] $whole
    }

    # By the command, as Microsoft DSC starts it.
    function Invoke-ByCommand([string] $Method, [string] $Name, [hashtable] $Property) {
        $state = Get-Connection
        foreach ($key in $Property.Keys) {
            $value = $Property[$key]
            $state[$key] = $value -is [securestring] ? @{ secureString = ConvertFrom-SecureString $value -AsPlainText } : $value
        }
        $verb = $Method -eq 'WhatIf' ? 'set' : $Method.ToLowerInvariant()
        $more = @(if ($Method -eq 'WhatIf') { '--what-if' } elseif ($Method -eq 'Export') { '--input', '-' })
        $said = @(ConvertTo-Json $state -Depth 5 | & (Get-ProgramPath licensing) dsc $verb "LicensingAdmin/$Name" @more 2>&1 | ForEach-Object { "$_" })
        if ($LASTEXITCODE -ne 0) {
            throw "$said"
        }
        # Lines of the log have a level and nothing else.
        $answers = @($said | Where-Object { $_ -notmatch '^\{"(info|error)":' -and $_ -notmatch '^\[' } | ConvertFrom-Json)
        $outcome = @{ States = $answers }
        if ($Method -eq 'Test') {
            $outcome['InDesiredState'] = $answers[0]._inDesiredState
            $outcome['Reasons'] = @(if (-not $outcome['InDesiredState']) { $answers[0]._metadata.reasons })
        }
        if ($Method -eq 'WhatIf') {
            $outcome['Steps'] = @($answers[0]._metadata.whatIf)
        }
        New-Outcome $said $outcome
    }

    function Invoke-ByFunction([string] $Method, [string] $Name, [hashtable] $Property) {
        $call = @{ Name = $Name; Method = $Method -eq 'WhatIf' ? 'Set' : $Method; Property = $Property; WhatIf = $Method -eq 'WhatIf' }
        $said = @(Invoke-LicenseDscResource @call -Verbose -ErrorAction Stop *>&1)
        $answers = @($said | Where-Object { $_.PSTypeNames[0] -like 'LicensingAdmin.*' })
        $outcome = @{ States = $answers }
        if ($Method -eq 'Test') {
            $outcome['InDesiredState'] = $answers[0].InDesiredState
            $outcome['Reasons'] = @($answers[0].Differences | ForEach-Object Reason)
        }
        New-Outcome $said $outcome
    }

    function Invoke-ByClass([string] $Method, [string] $Name, [hashtable] $Property) {
        $instance = New-Instance $Name ($Method -eq 'Delete' ? $Property + @{ _exist = $false } : $Property)
        switch ($Method) {
            'Test' {
                $state = $instance.Get()
                New-Outcome $state @{ InDesiredState = $instance.Test(); Reasons = @($state.Reasons | ForEach-Object Phrase) }
            }
            'Export' {
                $states = @(& $dsc { param($name, $filter) ($name -as [type])::Export($filter) } $Name $instance)
                New-Outcome $states @{ States = $states }
            }
            default { New-Outcome @($instance.Set()) @{} }
        }
    }

    function Invoke-Way([string] $Way, [string] $Method, [string] $Name, [hashtable] $Property) {
        switch ($Way) {
            'licensing dsc' { Invoke-ByCommand $Method $Name $Property }
            'Invoke-LicenseDscResource' { Invoke-ByFunction $Method $Name $Property }
            'class' { Invoke-ByClass $Method $Name $Property }
        }
    }

    # Number of the last record of what administrators changed.
    function Get-LastRecord {
        [long] (Get-LicenseAudit -Vendor server -Newest 1).Sequence
    }

    # The operations that changed something after that record.
    function Get-Change([long] $After) {
        Get-LicenseAudit -Vendor server -Newest 100 | Where-Object Sequence -GT $After | ForEach-Object Operation
    }

    # What is desired of a resource by one way, and what is to be seen of it:
    # Missing, why it is not as desired at first, if there is no such instance then; Plan, what would be done about that;
    # Makes, Mends and Ends, the operations that set it at first, bring it back and remove it;
    # Drift, what makes it differ and returns the reasons that are to be given for that.
    function Get-Case([string] $Name, [string] $Way) {
        $number = [array]::IndexOf(@('licensing dsc', 'Invoke-LicenseDscResource', 'class'), $Way) + 1
        $case = switch ($Name) {
            'Administrator' {
                @{
                    Desired = @{ Account = "anna-$number"; Permissions = 'ReadOnly'; Password = ConvertTo-TestSecret "a very secret password $number" }
                    Missing = "The account anna-$number does not exist and should."
                    Plan    = "Would add the account anna-$number`: permissions ReadOnly, password."
                    Makes   = 'NewAdministrator'; Mends = 'SetAdministrator'; Ends = 'RemoveAdministrator'
                    Drift   = {
                        $null = Set-LicenseAdministrator $case.Desired.Account -Permission Full
                        'permissions is Full and should be ReadOnly.'
                    }
                }
            }
            'AlertRoute' {
                @{
                    Desired = @{
                        Name = "hook-$number"; Address = "https://127.0.0.1:9/$number"; Level = 'Alarm'; Enabled = $false; Locale = 'de'
                        SilencedFeatures = 'TRIAL_*', 'OLD_*'; Secret = ConvertTo-TestSecret "secret of the hook $number"
                    }
                    Missing = "The alert route hook-$number does not exist and should."
                    Plan    = "Would add the alert route hook-$number`: address https://127.0.0.1:9/$number, level Alarm, enabled off, silencedFeatures TRIAL_*, OLD_*, locale de, secret."
                    Makes   = 'NewAlertRoute'; Mends = 'SetAlertRoute'; Ends = 'RemoveAlertRoute'
                    Drift   = {
                        $null = Set-LicenseAlertRoute $case.Desired.Name -Level Info -Enabled $true -SilencedFeature 'TRIAL_*'
                        'level is Info and should be Alarm.', 'enabled is on and should be off.', 'silencedFeatures is TRIAL_* and should be TRIAL_*, OLD_*.'
                    }
                }
            }
            'Issuer' {
                $folder = Join-Path $server.Folder "issuer-$number"
                $null = Invoke-Program licensing @('authority', 'init', '--name', "Issuer $number", '--folder', $folder)
                $path = Join-Path $folder "issuer-$number.pub"
                $key = [regex]::Match((Get-Content -LiteralPath $path -Raw), 'key_id = "([0-9a-f]{16})"').Groups[1].Value
                @{
                    Desired = @{ KeyId = $key; Path = $path }
                    Missing = "The issuer $key does not exist and should."
                    Plan    = "Would trust the issuer $key."
                    Makes   = 'AddIssuer'; Mends = 'AddIssuer'; Ends = 'RemoveIssuer'
                    Drift   = {
                        $null = Remove-LicenseIssuer $case.Desired.KeyId -Confirm:$false
                        $case.Missing
                    }
                }
            }
            'LicenseFile' {
                @{
                    Desired = @{ FileName = "dsc-$number.lic"; Path = New-TestLicenseFile $server "local-$number.lic" @{ "ACME_X${number}_CCU" = @{ count = 3 } } }
                    Missing = "The license file dsc-$number.lic does not exist and should."
                    Plan    = "Would install the license file dsc-$number.lic."
                    Makes   = 'ImportLicenseFile'; Mends = 'ImportLicenseFile'; Ends = 'RemoveLicenseFile'
                    Drift   = {
                        # The file on this machine is another one now.
                        $path = $case.Desired.Path
                        $old = (Get-FileHash -LiteralPath $path).Hash.ToLowerInvariant()
                        $feature = [regex]::Match((Get-Content -LiteralPath $path -Raw), 'ACME_X\d_CCU').Value
                        $null = New-TestLicenseFile $server (Split-Path -Leaf $path) @{ $feature = @{ count = 4 } }
                        "sha256 is $old and should be $((Get-FileHash -LiteralPath $path).Hash.ToLowerInvariant())."
                    }
                }
            }
            'ManagementService' {
                @{
                    Desired = @{ Enabled = $true; UploadTime = "0$number`:30"; CeipOption = 'None' }
                    Plan    = "Would change the license management service: uploadTime 0$number`:30."
                    Makes   = 'SetManagementService'; Mends = 'SetManagementService'
                    Drift   = {
                        $null = Set-LicenseManagementService -UploadTime 14:00
                        "uploadTime is 14:00 and should be $($case.Desired.UploadTime)."
                    }
                }
            }
            'OptionsFile' {
                @{
                    Desired = @{ Vendor = 'ACME'; Content = "# way $number`r`nMAX 3 ACME_PRO_CCU USER anna`r`n" }
                    Plan    = 'Would replace the options file ACME.'
                    Makes   = 'SetOptions'; Mends = 'SetOptions'; Ends = 'SetOptions'
                    Drift   = {
                        $null = Set-LicenseOption ACME -Line $case.Desired.Content.Split("`r`n")[0], 'MAX 2 ACME_PRO_CCU USER anna' -Confirm:$false
                        'content is not as it should be from line 2 on.'
                    }
                }
            }
            'Server' {
                @{
                    Desired = @{ HeartbeatSeconds = 120; Burst = @('ACME'); BurstDays = 20 + $number; AcceptUnverified = @() }
                    Plan    = "Would change the license server: heartbeatSeconds 120, burst ACME, burstDays $(20 + $number)."
                    Makes   = 'SetConfiguration'; Mends = 'SetConfiguration'
                    Drift   = {
                        $null = Set-LicenseServerConfiguration @{ 'licensing.heartbeat_seconds' = 100; 'licensing.burst' = @(); 'licensing.burst_days' = 10 }
                        'heartbeatSeconds is 100 and should be 120.', 'burst is not set and should be ACME.', "burstDays is 10 and should be $($case.Desired.BurstDays)."
                    }
                }
            }
            'Token' {
                @{
                    Desired = @{ Name = "dsc-$number"; Permissions = 'ReadOnly'; SecretFile = Join-Path $server.Folder "dsc-$number.token" }
                    Missing = "The token dsc-$number does not exist and should."
                    Plan    = "Would make the token dsc-$number`: permissions ReadOnly."
                    # One with other permissions is made anew.
                    Makes   = 'NewToken'; Mends = 'NewToken', 'RemoveToken'; Ends = 'RemoveToken'
                    Drift   = {
                        Get-LicenseToken $case.Desired.Name | Remove-LicenseToken -Confirm:$false
                        $null = New-LicenseToken $case.Desired.Name -Permission Full
                        'permissions is Full and should be ReadOnly.'
                    }
                }
            }
            'UsageSampling' {
                @{
                    Desired = @{ Samples = $true; PollingInterval = 20; RetentionPeriod = 90 + $number }
                    Plan    = "Would change the sampling of seats in use: samples on, pollingInterval 20, retentionPeriod $(90 + $number)."
                    Makes   = 'SetConfiguration'; Mends = 'SetConfiguration'
                    Drift   = {
                        $null = Set-LicenseServerConfiguration @{ 'usage.samples' = $false; 'usage.sample_minutes' = 15; 'usage.sample_days' = 180 }
                        'samples is off and should be on.', 'pollingInterval is 15 and should be 20.', "retentionPeriod is 180 and should be $($case.Desired.RetentionPeriod)."
                    }
                }
            }
            default { throw "There is no case of the resource $Name." }
        }
        # The properties that say which instance is meant, and everything that must never be shown.
        $keys = $Name -in 'ManagementService', 'Server', 'UsageSampling' ? @() : @('Account', 'Name', 'KeyId', 'FileName', 'Vendor')
        $case['Key'] = @{}
        foreach ($key in $keys | Where-Object { $case.Desired.ContainsKey($_) }) {
            $case.Key[$key] = $case.Desired[$key]
        }
        $case
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
    Remove-Module LicensingAdminDsc
}

Describe 'The resource <Name>' -ForEach $resources {
    It 'is a class with the same properties' {
        $dsc.ExportedDscResources | Should -Contain $Name
        $instance = New-Instance $Name @{}
        foreach ($field in $Resource.State.Fields) {
            $instance.PSObject.Properties[$field.PropertyName] | Should -Not -BeNullOrEmpty -Because $field.PropertyName
        }
        foreach ($method in 'Get', 'Test', 'Set') {
            $instance.PSObject.Methods[$method] | Should -Not -BeNullOrEmpty
        }
        $instance.GetType().GetMethods().Name | Should -Contain 'Export'
    }

    It 'is found by reading the file of the module, as Microsoft DSC does' {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile((Get-BuiltPath 'LicensingAdminDsc/LicensingAdminDsc.psm1'), [ref] $null, [ref] $null)
        $class = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.TypeDefinitionAst] }, $false) | Where-Object Name -EQ $Name
        $class.Attributes.TypeName.Name | Should -Contain 'DscResource'
        $class.Members.Name | Should -Contain 'Export'
    }

    It 'has a manifest beside the command' {
        $manifest = Get-Content -LiteralPath (Get-BuiltPath "bin/licensing.$($Name.ToLowerInvariant()).dsc.resource.json") -Raw | ConvertFrom-Json
        $manifest.type | Should -BeExactly "LicensingAdmin/$Name"
        $shown = @($Resource.State.Fields.Name)
        $manifest.schema.embedded.properties.PSObject.Properties.Name | Where-Object { $_ -in $shown } | Should -HaveCount $shown.Count
    }

    It 'exports its instances by both ways' {
        $states = @(Invoke-LicenseDscResource $Name Export)
        $states.Count | Should -BeGreaterThan ($Name -in 'Token', 'AlertRoute' ? -1 : 0)
        $instances = @(& $dsc { param($name) ($name -as [type])::Export() } $Name)
        $instances.Count | Should -Be $states.Count
    }
}

Describe 'A desired <Name>, by <Way>' -ForEach $desired {
    BeforeAll {
        $case = Get-Case $Name $Way
        $outcomes = [System.Collections.Generic.List[object]]::new()
        # Carries out a method for the desired instance, and keeps what was said.
        function Invoke-Case([string] $Method, [hashtable] $Property = $case.Desired) {
            $outcome = Invoke-Way $Way $Method $Name $Property
            $outcomes.Add($outcome)
            $outcome
        }
    }

    It 'differs at first, with reasons in words' {
        # What is on each server is there already.
        $reasons = @(if ($case.ContainsKey('Missing')) { $case.Missing } else { & $case.Drift })
        $last = Get-LastRecord
        $tested = Invoke-Case Test
        $tested.InDesiredState | Should -BeFalse
        $tested.Reasons | Should -Be $reasons
        Get-Change $last | Should -BeNullOrEmpty
    }

    if ($Way -ne 'class') {
        It 'is not changed by -WhatIf' {
            $last = Get-LastRecord
            $planned = Invoke-Case WhatIf
            if ($Way -eq 'licensing dsc') {
                $planned.Steps | Should -Be $case.Plan
            }
            Get-Change $last | Should -BeNullOrEmpty
            (Invoke-Case Test).InDesiredState | Should -BeFalse
        }
    }

    It 'is set once, and the second time nothing is changed' {
        $last = Get-LastRecord
        $null = Invoke-Case Set
        Get-Change $last | Should -Be $case.Makes
        $tested = Invoke-Case Test
        $tested.InDesiredState | Should -BeTrue
        $tested.Reasons | Should -BeNullOrEmpty
        $last = Get-LastRecord
        $null = Invoke-Case Set
        Get-Change $last | Should -BeNullOrEmpty
    }

    It 'is listed by Export, alone with the filter of its key' {
        (Invoke-Case Export $case.Key).States | Should -HaveCount 1
        $others = @{}
        foreach ($key in $case.Key.Keys) {
            $others[$key] = 'other'
        }
        if ($others.Count) {
            (Invoke-Case Export $others).States | Should -BeNullOrEmpty
        }
        foreach ($value in $case.Desired.Values | Where-Object { $_ -is [int] }) {
            (Invoke-Case Export @{}).Text | Should -Match $value
        }
    }

    It 'is brought back when somebody else has changed it' {
        $reasons = @(& $case.Drift)
        $tested = Invoke-Case Test
        $tested.InDesiredState | Should -BeFalse
        $tested.Reasons | Should -Be $reasons
        $last = Get-LastRecord
        $null = Invoke-Case Set
        Get-Change $last | Should -Be $case.Mends
        (Invoke-Case Test).InDesiredState | Should -BeTrue
    }

    if ($Name -in 'Administrator', 'AlertRoute', 'Token') {
        It 'shows no secret, nor does the audit' {
            $secret = if ($Name -eq 'Token') { (Get-Content -LiteralPath $case.Desired.SecretFile -Raw).Trim() }
            else { ConvertFrom-SecureString ($Name -eq 'Administrator' ? $case.Desired.Password : $case.Desired.Secret) -AsPlainText }
            $said = @($outcomes.Text) + @(Get-LicenseAudit -Vendor server | ConvertTo-Json -Depth 5)
            $said.Count | Should -BeGreaterThan 5
            $said | Where-Object { $_.Contains($secret) } | Should -BeNullOrEmpty
        }
    }

    if ($Removable) {
        It 'is removed once, is shown as gone, and can be made again' {
            $gone = $case.Key + @{ _exist = $false }
            $tested = Invoke-Case Test $gone
            $tested.InDesiredState | Should -BeFalse
            $tested.Reasons | Should -BeLike 'The * exists and should not.'
            $last = Get-LastRecord
            $null = Invoke-Case Delete $case.Key
            Get-Change $last | Should -Be $case.Ends
            (Invoke-Case Test $gone).InDesiredState | Should -BeTrue
            (Invoke-LicenseDscResource $Name Get -Property $case.Key)._exist | Should -BeFalse
            $last = Get-LastRecord
            $null = Invoke-Case Delete $case.Key
            Get-Change $last | Should -BeNullOrEmpty
            (Invoke-Case Test).Reasons | Should -BeLike 'The * does not exist and should.'
            $null = Invoke-Case Set
            Get-Change $last | Should -Be $case.Makes
        }
    }
}

Describe 'A reservation, by <Way>' -ForEach $ways {
    It 'is looked at and not made' {
        $null = Set-LicenseOption ACME -Line 'RESERVE 2 ACME_PRO_CCU USER alice' -Confirm:$false
        $reservation = @{ Feature = 'ACME_PRO_CCU'; Kind = 'USER'; Name = 'alice' }
        (Invoke-Way $Way Test Reservation $reservation).InDesiredState | Should -BeTrue
        $reservation['Name'] = 'bob'
        (Invoke-Way $Way Test Reservation $reservation).InDesiredState | Should -BeFalse
        if ($Way -ne 'licensing dsc') {
            { Invoke-Way $Way Set Reservation $reservation } | Should -Throw '*cannot be made*'
        }
    }
}

Describe 'The certificate of a server, by <Way>' -ForEach $ways {
    BeforeAll {
        # Its clients pin the certificate, so it is another server.
        $first = $server
        $folder = Join-Path $TestDrive "certificate-$($Way -replace '\W')"
        $null = New-Item -ItemType Directory -Path $folder
        $name = [System.Security.Cryptography.X509Certificates.X500DistinguishedName]::new('CN=lic-test')
        $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)
        $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new($name, $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256)
        $alternatives = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
        $alternatives.AddDnsName('lic-test')
        $alternatives.AddIpAddress([ipaddress]::Loopback)
        $request.CertificateExtensions.Add($alternatives.Build())
        $certificate = $request.CreateSelfSigned([datetimeoffset]::UtcNow.AddDays(-1), [datetimeoffset]::UtcNow.AddDays(90))
        $new = @{ CertificateFile = Join-Path $folder 'server.crt'; KeyFile = Join-Path $folder 'server.key' }
        [System.IO.File]::WriteAllText($new.CertificateFile, $certificate.ExportCertificatePem())
        [System.IO.File]::WriteAllText($new.KeyFile, $key.ExportPkcs8PrivateKeyPem())
        $secret = (Get-Content -LiteralPath $new.KeyFile)[1]
        $hash = $certificate.GetCertHashString('SHA256').ToLowerInvariant()

        $server = Start-TestServer
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $server
    }
    AfterAll {
        Disconnect-LicenseServer -All
        Stop-TestServer $server
        $server = $first
        $null = Connect-TestServer $server
    }

    It 'is replaced by that of a file, once, and the key is not shown' {
        $old = $server.CertHash.ToLowerInvariant()
        $tested = Invoke-Way $Way Test Server $new
        $tested.Reasons | Should -Be "certHash is $old and should be $hash."
        # Without the key there is no way to it.
        { Invoke-Way $Way Set Server @{ CertificateFile = $new.CertificateFile } } | Should -Throw '*keyFile is missing*'
        $set = Invoke-Way $Way Set Server $new
        [LicensingAdmin.ConnectionSettings]::IsSameHash((Get-LicenseCertificate $server.Address).CertHash, $hash) | Should -BeTrue
        $server.CertHash = $hash
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $server
        $last = Get-LastRecord
        (Invoke-Way $Way Test Server $new).InDesiredState | Should -BeTrue
        $again = Invoke-Way $Way Set Server $new
        Get-Change $last | Should -BeNullOrEmpty
        $said = @($tested.Text, $set.Text, $again.Text) + @(Get-LicenseAudit -Vendor server | ConvertTo-Json -Depth 5)
        $said | Where-Object { $_.Contains($secret) } | Should -BeNullOrEmpty
    }
}

Describe 'A state that cannot be, by <Way>' -ForEach $ways {
    It 'changes nothing: <Name>' -ForEach @(
        @{ Name = 'OptionsFile'; Property = @{ Vendor = 'ACME'; Content = 'NONSENSE' }; Said = '*NONSENSE*' }
        @{ Name = 'OptionsFile'; Property = @{ Vendor = 'NOBODY'; Content = 'MAX 1 X USER anna' }; Said = '*No license file names this vendor*' }
        @{ Name = 'Server'; Property = @{ BurstDays = 20; HeartbeatSeconds = 600; GraceSeconds = 601 }; Said = '*lifetime_seconds*' }
        @{ Name = 'Issuer'; Property = @{ KeyId = '0123456789abcdef' }; Said = '*path is missing*' }
    ) {
        $last = Get-LastRecord
        { Invoke-Way $Way Set $Name $Property } | Should -Throw $Said
        (Invoke-Way $Way Test $Name $Property).InDesiredState | Should -BeFalse
        Get-Change $last | Should -BeNullOrEmpty
    }

    It 'is found by a test too where a number is not allowed: <Said>' -ForEach @(
        @{ Name = 'UsageSampling'; Property = @{ PollingInterval = 1 }; Said = '*pollingInterval has to be a whole number from 5 to 1440*' }
        @{ Name = 'Token'; Property = @{ Name = 'long'; Days = 900 }; Said = '*days has to be a whole number from 1 to 366*' }
    ) {
        $last = Get-LastRecord
        { Invoke-Way $Way Test $Name $Property } | Should -Throw $Said
        { Invoke-Way $Way Set $Name $Property } | Should -Throw $Said
        Get-Change $last | Should -BeNullOrEmpty
    }

    It 'trusts no issuer by the file of another one' {
        $state = @{ KeyId = '0123456789abcdef'; Path = Join-Path $server.Folder 'other/other-issuer.pub' }
        if (-not (Test-Path -LiteralPath $state.Path)) {
            $null = Invoke-Program licensing @('authority', 'init', '--name', 'Other Issuer', '--folder', (Split-Path -Parent $state.Path))
        }
        $issuers = @(Get-LicenseIssuer).KeyId
        { Invoke-Way $Way Set Issuer $state } | Should -Throw '*path is the file of another one*'
        @(Get-LicenseIssuer).KeyId | Should -Be $issuers
    }

    It 'makes no alert route that cannot be: <Said>' -ForEach @(
        @{ Property = @{ Name = 'nowhere'; Address = 'http://example.net' }; Said = '*https*' }
        @{ Property = @{ Name = 'short'; Address = 'https://example.net'; Secret = 'short' }; Said = '*16*' }
    ) {
        $route = $Property.Clone()
        if ($route.ContainsKey('Secret')) {
            $route['Secret'] = ConvertTo-TestSecret $route['Secret']
        }
        $last = Get-LastRecord
        { Invoke-Way $Way Set AlertRoute $route } | Should -Throw $Said
        Get-LicenseAlertRoute $route.Name -ErrorAction Ignore | Should -BeNullOrEmpty
        Get-Change $last | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-LicenseDscResource' {
    It 'says with -WhatIf what would be done, and does nothing' {
        $file = Join-Path $TestDrive 'what-if.ps1'
        Set-Content -LiteralPath $file -Value @(
            "Import-Module '$(Get-BuiltPath 'LicensingAdmin')'"
            "Connect-LicenseServer $($server.Address) -CertHash $($server.CertHash) -Credential ([pscredential]::new('admin', [System.Net.NetworkCredential]::new('', '$($server.Password)').SecurePassword))"
            "Invoke-LicenseDscResource Administrator Set -Property @{ Account = 'EXAMPLE\nobody'; Permissions = 'Full' } -WhatIf"
        )
        $said = (& (Get-Process -Id $PID).Path -NoProfile -File $file) -join "`n"
        $said | Should -BeLike '*What if:*Add the account EXAMPLE\nobody: permissions Full.*'
        (Invoke-LicenseDscResource Administrator Get -Property @{ Account = 'EXAMPLE\nobody' })._exist | Should -BeFalse
    }

    It 'gives typed states' {
        $state = Invoke-LicenseDscResource LicensingAdmin/Administrator Get -Property @{ Account = 'admin' }
        $state.PSTypeNames[0] | Should -Be 'LicensingAdmin.AdministratorState'
        $state.PasswordSet | Should -BeTrue
        (Invoke-LicenseDscResource Administrator Test -Property @{ Account = 'admin' }).PSTypeNames[0] | Should -Be 'LicensingAdmin.DscTestResult'
    }

    It 'has a view that says why' {
        $text = Invoke-LicenseDscResource Administrator Test -Property @{ Account = 'nobody' } | Out-String -Width 100
        $text | Should -Match 'InDesiredState : False'
        $text | Should -Match 'Differences    : The account nobody does not exist and should\.'
    }

    It 'takes secrets and shows none' {
        $property = @{ Account = 'secretive'; Password = ConvertTo-TestSecret 'a very secret password' }
        $result = Invoke-LicenseDscResource Administrator Set -Property $property
        $result | ConvertTo-Json -Depth 5 | Should -Not -BeLike '*very secret*'
        (Connect-TestServer $server -Account secretive -Password 'a very secret password' -NotDefault).Permissions | Should -Be 'ReadOnly'
    }

    It 'names what is wrong: <Property>' -ForEach @(
        @{ Name = 'Colour'; Property = @{}; Said = '*no resource Colour*' }
        @{ Name = 'Token'; Property = @{}; Said = '*name is missing*' }
        @{ Name = 'Token'; Property = @{ Colour = 1 }; Said = '*no property Colour*' }
        @{ Name = 'Token'; Property = @{ Name = 'new' }; Said = '*secretFile is missing*' }
        @{ Name = 'LicenseFile'; Property = @{ FileName = 'x.lic'; Path = 'relative.lic' }; Said = '*absolute path*' }
    ) {
        $record = Get-OnlyError { Invoke-LicenseDscResource $Name Set -Property $Property }
        "$record" | Should -BeLike $Said
        $record.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
    }

    It 'goes to the server that the properties name, with their token' {
        $file = Join-Path $server.Folder 'named.token'
        $null = Invoke-LicenseDscResource Token Set -Property @{ Name = 'named'; SecretFile = $file }
        Disconnect-LicenseServer -All
        try {
            $state = Invoke-LicenseDscResource ManagementService Get -Property @{ Server = $server.Address; ServerCertHash = $server.CertHash; ServerTokenFile = $file }
            $state.ServerGuid | Should -Not -BeNullOrEmpty
            $instance = New-Instance ManagementService @{ Server = $server.Address; ServerCertHash = $server.CertHash; ServerTokenFile = $file }
            $instance.Get().ServerGuid | Should -Be $state.ServerGuid
            $instance.Get().Server | Should -Be $server.Address
        }
        finally {
            $null = Connect-TestServer $server
        }
    }
}
