# The configurations of ps1/dsc as scripts: each brings real servers into the state of its document, once.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    # Without any license file.
    $server = Start-TestServer
    $null = Connect-TestServer $server
    $folder = Join-Path $PSScriptRoot '../ps1/dsc'

    # The resources that a document names, in its order. What it says of them is carried out in the tests of the command.
    function Get-DocumentedResource([string] $Document) {
        Select-String -LiteralPath (Join-Path $folder $Document) -Pattern '^    type: LicensingAdmin/(\w+)$' | ForEach-Object { $_.Matches[0].Groups[1].Value }
    }

    # Number of the last record of what administrators changed.
    function Get-LastRecord([string[]] $Session) {
        foreach ($one in $Session) {
            (Get-LicenseAudit -Vendor server -Newest 1 -Session $one).Sequence
        }
    }

    # Nothing was to be done, and nothing was done.
    function Assert-Unchanged([object[]] $Row, [long[]] $Last, [string[]] $Session) {
        $Row.InDesiredState | Should -Not -Contain $false
        $Row | ForEach-Object Steps | Should -BeNullOrEmpty
        Get-LastRecord $Session | Should -Be $Last
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Set-CompleteServer.ps1' {
    BeforeAll {
        # Somebody else signs the license file, whom the server does not trust yet.
        $null = Invoke-Program licensing @('authority', 'init', '--name', 'Supplier', '--folder', (Join-Path $server.Folder 'supplier'))
        $supplier = [pscustomobject]@{ Folder = $server.Folder; IssuerKey = Join-Path $server.Folder 'supplier/supplier.key' }
        $options = Join-Path $server.Folder 'ACME.opt'
        [System.IO.File]::WriteAllText($options, "RESERVE 1 ACME_NEW_CCU USER anna`n")
        $tokens = Join-Path $server.Folder 'tokens'
        $null = New-Item -ItemType Directory -Path $tokens
        $given = @{
            LicenseFile      = New-TestLicenseFile $supplier 'complete.lic' @{ ACME_NEW_CCU = @{ count = 4 } }
            IssuerFile       = Join-Path $server.Folder 'supplier/supplier.pub'
            OptionsFile      = $options
            AlertAddress     = 'ops@example.net'
            TokenFolder      = $tokens
            OperatorPassword = ConvertTo-TestSecret 'a long and secret phrase'
        }
        $session = (Get-LicenseServer).Server
    }

    It 'changes nothing with -WhatIf' {
        $last = Get-LastRecord $session
        # Of what follows from the steps before nothing can be said yet.
        $null = & "$folder/Set-CompleteServer.ps1" @given -WhatIf
        Get-LastRecord $session | Should -Be $last
        Get-ChildItem -LiteralPath $tokens | Should -BeNullOrEmpty
    }

    It 'makes a complete server, once' {
        $first = @(& "$folder/Set-CompleteServer.ps1" @given)
        $first.Resource | Should -Be (Get-DocumentedResource 'complete-server.dsc.yaml')
        $first.InDesiredState | Should -Not -Contain $true
        $last = Get-LastRecord $session
        Assert-Unchanged (& "$folder/Set-CompleteServer.ps1" @given) $last $session
    }

    It 'makes one that serves, reserves, samples and tells' {
        (Get-LicenseInventory ACME_NEW_CCU).Installed | Should -Be 4
        (Get-LicenseReservation).Name | Should -Be 'anna'
        Join-Path $tokens 'products.token' | Should -Exist
        (Get-LicenseServerConfiguration usage.sample_days).Value | Should -Be '366'
        (Get-LicenseServerConfiguration licensing.heartbeat_seconds).Waiting | Should -Be '120'
        $route = Get-LicenseAlertRoute operations
        $route.Address, $route.Kind, $route.Enabled | Should -Be 'ops@example.net', 'Mail', $true
        (Connect-TestServer $server -Account operator -Password 'a long and secret phrase' -NotDefault).Permissions | Should -Be 'Full'
    }

    It 'trusts no file that is no key of an issuer' {
        $wrong = $given.Clone()
        $wrong['IssuerFile'] = $options
        { & "$folder/Set-CompleteServer.ps1" @wrong } | Should -Throw '*no key_id*'
    }
}

Describe 'Set-DisasterRecoveryPair.ps1' {
    It 'makes a pair, once, and changes nothing before with -WhatIf' {
        $standby = Start-TestServer
        try {
            $names = $server, $standby | ForEach-Object { (Connect-TestServer $_).Server }
            $license = New-TestLicenseFile $server 'pair.lic' @{ ACME_PAIR_CCU = @{ count = 4 } }
            $issuer = Join-Path $server.Folder 'issuer/test-issuer.pub'
            $last = Get-LastRecord $names
            $null = & "$folder/Set-DisasterRecoveryPair.ps1" $names[0] $names[1] $license $issuer -WhatIf
            Get-LastRecord $names | Should -Be $last
            $first = @(& "$folder/Set-DisasterRecoveryPair.ps1" $names[0] $names[1] $license $issuer)
            $first.Resource | Sort-Object | Should -Be (Get-DocumentedResource 'disaster-recovery-pair.dsc.yaml' | Sort-Object)
            $last = Get-LastRecord $names
            Assert-Unchanged (& "$folder/Set-DisasterRecoveryPair.ps1" $names[0] $names[1] $license $issuer) $last $names
            $services = $names | ForEach-Object { Get-LicenseManagementService -Session $_ }
            $services[0].DisasterRecoveryPartner | Should -Be $services[1].ServerGuid
            $services[1].DisasterRecoveryPartner | Should -Be $services[0].ServerGuid
            (Get-LicenseFile -Session $names[1]).Signature | Should -Be 'Valid'
        }
        finally {
            Disconnect-LicenseServer -All
            Stop-TestServer $standby
            $null = Connect-TestServer $server
        }
    }
}

Describe 'Set-LockedDownSite.ps1' {
    It 'locks a site down, once' {
        $null = New-LicenseAdministrator 'SUPPLIER\support'
        $null = New-LicenseToken deployment
        $null = New-LicenseAlertRoute chat https://chat.example.net/hook
        $null = Set-LicenseServerConfiguration @{ 'licensing.accept_unverified' = @('OTHER') }
        $session = (Get-LicenseServer).Server
        $last = Get-LastRecord $session
        $null = & "$folder/Set-LockedDownSite.ps1" licensing@site.example -WhatIf
        Get-LastRecord $session | Should -Be $last
        $first = @(& "$folder/Set-LockedDownSite.ps1" licensing@site.example)
        $first.Resource | Should -Be (Get-DocumentedResource 'locked-down-site.dsc.yaml')
        $first.InDesiredState | Should -Not -Contain $true
        $last = Get-LastRecord $session
        Assert-Unchanged (& "$folder/Set-LockedDownSite.ps1" licensing@site.example) $last $session
    }

    It 'leaves nothing that goes outside' {
        (Get-LicenseManagementService).Enabled | Should -BeFalse
        Get-LicenseAlertRoute | Where-Object Kind -NE 'Mail' | Should -BeNullOrEmpty
        (Get-LicenseAlertRoute site).Address | Should -Be 'licensing@site.example'
        (Get-LicenseServerConfiguration licensing.accept_unverified).Value | Should -Be '[]'
        (Get-LicenseServerConfiguration licensing.burst).Value | Should -Be '[]'
        Get-LicenseToken deployment -ErrorAction Ignore | Should -BeNullOrEmpty
        { & "$folder/Set-LockedDownSite.ps1" https://chat.example.net/hook } | Should -Throw
    }
}
