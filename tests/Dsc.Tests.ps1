# Desired state: every resource by the command and by its class, and the configurations as scripts.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $resources = [LicensingAdmin.OperationTable]::Current.Resources | ForEach-Object { @{ Name = $_.Name; Resource = $_ } }
    $ways = 'Invoke-LicenseDscResource', 'class' | ForEach-Object { @{ Way = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    Import-Module (Get-BuiltPath 'LicensingAdminDsc')
    $dsc = Get-Module LicensingAdminDsc
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 5 } } -Options 'RESERVE 2 ACME_PRO_CCU USER alice'
    $null = Connect-TestServer $server

    # An instance of a class with these properties.
    function New-Instance([string] $Name, [hashtable] $Property) {
        & $dsc { param($name, $property) $instance = ($name -as [type])::new(); foreach ($key in $property.Keys) { $instance.$key = $property[$key] }; $instance } $Name $Property
    }

    function Test-State([string] $Way, [string] $Name, [hashtable] $Property) {
        if ($Way -eq 'class') { (New-Instance $Name $Property).Test() }
        else { (Invoke-LicenseDscResource $Name Test -Property $Property).InDesiredState }
    }

    function Set-State([string] $Way, [string] $Name, [hashtable] $Property) {
        if ($Way -eq 'class') { (New-Instance $Name $Property).Set() }
        else { $null = Invoke-LicenseDscResource $Name Set -Property $Property -ErrorAction Stop }
    }

    function Get-Reason([string] $Way, [string] $Name, [hashtable] $Property) {
        if ($Way -eq 'class') { (New-Instance $Name $Property).Get().Reasons | ForEach-Object Phrase }
        else { (Invoke-LicenseDscResource $Name Test -Property $Property).Differences | ForEach-Object Reason }
    }

    # Number of audit records of accounts, tokens, files and the license management service. The server is stopped for it.
    function Measure-Audit {
        Disconnect-LicenseServer -All
        Stop-Program $server.Program
        $said = (Invoke-Program licensingd @('verify', '--data', $server.Data)) -join "`n"
        Resume-TestServer $server
        $null = Connect-TestServer $server
        [int] [regex]::Match($said, 'server\.db: (\d+) audit records').Groups[1].Value
    }

    # What is desired of each resource, another time with something that differs, and why it does.
    function Get-Case([string] $Way) {
        $suffix, $time = if ($Way -eq 'class') { 'b', '02:30' } else { 'a', '03:30' }
        $file = New-TestLicenseFile $server "local-$suffix.lic" @{ "ACME_X$($suffix.ToUpper())_CCU" = @{ count = 3 } }
        @(
            @{ Name = 'Administrator'; Desired = @{ Account = "EXAMPLE\anna-$suffix"; Permissions = 'ReadOnly' }; Other = @{ Permissions = 'Full' }; Reason = 'permissions is ReadOnly and should be Full.' }
            @{ Name = 'LicenseFile'; Desired = @{ FileName = "dsc-$suffix.lic"; Path = $file }; Other = $null; Reason = $null }
            @{ Name = 'ManagementService'; Desired = @{ Enabled = $true; UploadTime = $time; CeipOption = 'None' }; Other = @{ UploadTime = '04:30' }; Reason = "uploadTime is $time and should be 04:30." }
            @{ Name = 'Token'; Desired = @{ Name = "dsc-$suffix"; Permissions = 'ReadOnly'; SecretFile = Join-Path $server.Folder "dsc-$suffix.token" }; Other = @{ Permissions = 'Full' }; Reason = 'permissions is ReadOnly and should be Full.' }
        )
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

Describe 'A desired state, by <Way>' -ForEach $ways {
    It 'is set once, is then as desired, and changes nothing the second time' {
        $cases = Get-Case $Way
        foreach ($case in $cases) {
            Test-State $Way $case.Name $case.Desired | Should -BeFalse -Because $case.Name
            Get-Reason $Way $case.Name $case.Desired | Should -Not -BeNullOrEmpty -Because $case.Name
            Set-State $Way $case.Name $case.Desired
            Test-State $Way $case.Name $case.Desired | Should -BeTrue -Because $case.Name
            Get-Reason $Way $case.Name $case.Desired | Should -BeNullOrEmpty -Because $case.Name
        }
        $before = Measure-Audit
        foreach ($case in $cases) {
            Set-State $Way $case.Name $case.Desired
        }
        Measure-Audit | Should -Be $before
        # The count does see a change.
        Set-State $Way 'ManagementService' @{ UploadTime = '05:00' }
        Set-State $Way 'Administrator' @{ Account = 'EXAMPLE\counted'; _exist = $true }
        Measure-Audit | Should -BeGreaterThan $before
        Invoke-LicenseDscResource Administrator Delete -Property @{ Account = 'EXAMPLE\counted' } | Out-Null
        Set-State $Way 'ManagementService' @{ UploadTime = $cases[2].Desired.UploadTime }
    }

    It 'says in words what differs' {
        foreach ($case in Get-Case $Way | Where-Object Other) {
            Set-State $Way $case.Name $case.Desired
            $wanted = $case.Desired.Clone()
            foreach ($key in $case.Other.Keys) {
                $wanted[$key] = $case.Other[$key]
            }
            Get-Reason $Way $case.Name $wanted | Should -Be $case.Reason
        }
    }

    It 'looks at reservations and makes none' {
        $reservation = @{ Feature = 'ACME_PRO_CCU'; Kind = 'USER'; Name = 'alice' }
        Test-State $Way 'Reservation' $reservation | Should -BeTrue
        $reservation['Name'] = 'bob'
        Test-State $Way 'Reservation' $reservation | Should -BeFalse
        { Set-State $Way 'Reservation' $reservation } | Should -Throw '*cannot be made*'
    }

    It 'removes what should not be there, and shows that it is gone' {
        $gone = @{ Account = 'EXAMPLE\leaver'; _exist = $false }
        $null = New-LicenseAdministrator 'EXAMPLE\leaver'
        Test-State $Way 'Administrator' $gone | Should -BeFalse
        Set-State $Way 'Administrator' $gone
        Test-State $Way 'Administrator' $gone | Should -BeTrue
        (Invoke-LicenseDscResource Administrator Get -Property @{ Account = 'EXAMPLE\leaver' })._exist | Should -BeFalse
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

Describe 'The scripts of ps1/dsc' {
    BeforeAll {
        $scripts = Join-Path $PSScriptRoot '../ps1/dsc'
    }

    It 'make a complete server, once' {
        $license = New-TestLicenseFile $server 'complete.lic' @{ ACME_NEW_CCU = @{ count = 4 } }
        $tokens = Join-Path $server.Folder 'tokens'
        $null = New-Item -ItemType Directory -Path $tokens
        $arguments = @{ LicenseFile = $license; TokenFolder = $tokens; OperatorPassword = ConvertTo-TestSecret 'a long and secret phrase' }
        $null = & "$scripts/Set-CompleteServer.ps1" @arguments -WhatIf
        Get-LicenseAdministrator | Where-Object Account -Like '*\operator' | Should -BeNullOrEmpty
        $first = @(& "$scripts/Set-CompleteServer.ps1" @arguments)
        $first | Should -HaveCount 6
        $first.InDesiredState | Should -Contain $false
        $second = @(& "$scripts/Set-CompleteServer.ps1" @arguments)
        $second.InDesiredState | Should -Not -Contain $false
        $second | ForEach-Object Steps | Should -BeNullOrEmpty
        Get-LicenseInventory ACME_NEW_CCU | Should -HaveCount 1
        Join-Path $tokens 'products.token' | Should -Exist
    }

    It 'make a disaster recovery pair, once' {
        $standby = Start-TestServer
        try {
            Copy-Item -LiteralPath (Join-Path $server.Folder 'issuer/test-issuer.pub') -Destination (Join-Path $standby.Data 'trust/first-issuer.pub')
            $names = $server, $standby | ForEach-Object { (Connect-TestServer $_).Server }
            $license = New-TestLicenseFile $server 'pair.lic' @{ ACME_PAIR_CCU = @{ count = 4 } }
            $first = @(& "$scripts/Set-DisasterRecoveryPair.ps1" $names[0] $names[1] $license)
            $first | Should -HaveCount 6
            $second = @(& "$scripts/Set-DisasterRecoveryPair.ps1" $names[0] $names[1] $license)
            $second.InDesiredState | Should -Not -Contain $false
            $guids = $names | ForEach-Object { Get-LicenseManagementService -Session $_ }
            $guids[0].DisasterRecoveryPartner | Should -Be $guids[1].ServerGuid
            $guids[1].DisasterRecoveryPartner | Should -Be $guids[0].ServerGuid
        }
        finally {
            Disconnect-LicenseServer -All
            Stop-TestServer $standby
            $null = Connect-TestServer $server
        }
    }

    It 'lock down a site, once' {
        $null = New-LicenseAdministrator 'SUPPLIER\support'
        $null = New-LicenseToken deployment
        $first = @(& "$scripts/Set-LockedDownSite.ps1")
        $first | Should -HaveCount 4
        $second = @(& "$scripts/Set-LockedDownSite.ps1")
        $second.InDesiredState | Should -Not -Contain $false
        (Get-LicenseManagementService).Enabled | Should -BeFalse
        Get-LicenseToken deployment -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}
