# The license management service from PowerShell. No receiver runs here: what leaves the server is tested where the receiver is.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 3 } }
    $null = Connect-TestServer $server
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseManagementService' {
    It 'sends nothing without a destination, and says so' {
        $service = Get-LicenseManagementService
        $service.PSTypeNames[0] | Should -Be 'LicensingAdmin.ManagementService'
        $service.Status | Should -Be 'NoDestination'
        $service.Enabled | Should -BeTrue
        $service.NextUpload | Should -BeNullOrEmpty
        $service | Out-String | Should -Match 'Status\s+: NoDestination'
        { Start-LicenseUpload -ErrorAction Stop } | Should -Throw -ErrorId 'ManagementServiceOff*'
    }
}

Describe 'Set-LicenseManagementService' {
    It 'changes what is given, and asks before' {
        Set-LicenseManagementService -UploadTime 03:30 -WhatIf
        (Get-LicenseManagementService).UploadTime | Should -BeNullOrEmpty
        $service = Set-LicenseManagementService -UploadTime 03:30 -Destination 'https://127.0.0.1:1/' -PassThru
        $service.UploadTime | Should -Be '03:30'
        $service.Destination | Should -Be 'https://127.0.0.1:1'
        $service.Status | Should -Be 'NotRegistered'
        (Get-LicenseAlert | Where-Object Code -eq 'UploadRegistrationMissing') | Should -HaveCount 1
    }

    It 'switches off and on' {
        Set-LicenseManagementService -Enabled $false
        (Get-LicenseManagementService).Status | Should -Be 'Disabled'
        Set-LicenseManagementService -Enabled $true
        (Get-LicenseManagementService).Status | Should -Be 'NotRegistered'
        Set-LicenseManagementService -Destination ''
        (Get-LicenseManagementService).Status | Should -Be 'NoDestination'
    }

    It 'refuses <Name> and changes nothing' -ForEach @(
        @{ Name = 'an address without TLS'; Arguments = @{ Destination = 'http://insight.example.com' } }
        @{ Name = 'a path'; Arguments = @{ Destination = 'https://insight.example.com/x' } }
        @{ Name = 'a hash that is none'; Arguments = @{ DestinationCertHash = 'abc' } }
    ) {
        $before = Get-LicenseManagementService | ConvertTo-Json
        { Set-LicenseManagementService @Arguments -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
        Get-LicenseManagementService | ConvertTo-Json | Should -Be $before
    }
}

Describe 'Get-LicenseUpload' {
    It 'shows what would be sent, to the last byte, and keeps nothing of it' {
        $preview = Get-LicenseUpload
        $preview | Should -HaveCount 1
        $preview.State | Should -Be 'Preview'
        $document = $preview.Document | ConvertFrom-Json
        $document.product | Should -Be 'LicenseServerCompliance'
        $document.licenses[0].feature | Should -Be 'ACME_PRO_CCU'
        $document.licenses[0].count | Should -Be 3
        $preview.Bytes | Should -Be ([System.Text.Encoding]::UTF8.GetByteCount($preview.Document))
        (Get-LicenseUpload -State Waiting) | Should -BeNullOrEmpty
    }
}

Describe 'Names of users and devices' {
    AfterAll {
        Set-LicenseManagementService -IncludeUserHashes $false
    }

    It 'are in no upload, and as salted hashes only where they are switched on' {
        $null = Start-TestProduct $server ACME_PRO_CCU -User anna.lindt -Device ws-lindt
        (Get-LicenseUpload -State Preview).Document | Should -Not -Match 'anna|lindt|Hashes'
        Set-LicenseManagementService -IncludeUserHashes $true
        $document = (Get-LicenseUpload -State Preview).Document
        $document | Should -Not -Match 'anna|lindt'
        $feature = ($document | ConvertFrom-Json).features | Where-Object feature -EQ ACME_PRO_CCU
        $feature.userHashes | Should -HaveCount 1
        $feature.deviceHashes | Should -HaveCount 1
        $feature.userHashes[0] | Should -MatchExactly '^[0-9a-f]{32}$'
        $feature.deviceHashes[0] | Should -Not -Be $feature.userHashes[0]
        # The same person has the same hash again; what the hash is made with stays on the server.
        (Get-LicenseUpload -State Preview).Document | Should -Match $feature.userHashes[0]
        Set-LicenseManagementService -IncludeUserHashes $false
        (Get-LicenseUpload -State Preview).Document | Should -Not -Match 'Hashes'
    }
}

Describe 'Export-LicenseUpload' {
    It 'writes a signed bundle that waits for its receipt' {
        $file = Join-Path $TestDrive 'bundle.json'
        (Export-LicenseUpload $file).FullName | Should -Be (Get-Item $file).FullName
        $bundle = Get-Content $file -Raw | ConvertFrom-Json
        $bundle.serverGuid | Should -Be (Get-LicenseManagementService).ServerGuid
        $bundle.uploads | Should -HaveCount 1
        (Get-LicenseUpload -State Waiting) | Should -HaveCount 1
        { Export-LicenseUpload $file -ErrorAction Stop } | Should -Throw -ErrorId 'FileAlreadyExists*'
        { Import-LicenseUploadReceipt $file -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidReceipt*'
    }
}

Describe 'Compliance' {
    It 'finds nothing on a server in order' {
        Test-LicenseCompliance | Should -BeNullOrEmpty
        Get-LicenseComplianceFinding | Should -BeNullOrEmpty
    }
}

Describe 'Get-LicCEIPOption' {
    It 'gives and takes the option' {
        $address = $server.Address
        $option = Get-LicCEIPOption -AdminAddress $address
        $option.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLCEIPOption'
        $option.CEIPOption | Should -BeExactly 'None'
        Set-LicCEIPOption -AdminAddress $address -CEIPOption diagnostic
        (Get-LicCEIPOption -AdminAddress $address).CEIPOption | Should -BeExactly 'Diagnostic'
        $record = Get-OnlyError { Set-LicCEIPOption -AdminAddress $address -CEIPOption Sometimes }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidCEIPOption,Set-LicCEIPOption'
        $record.TargetObject | Should -Be 'Sometimes'
        (Get-LicCEIPOption -AdminAddress $address).CEIPOption | Should -BeExactly 'Diagnostic'
        $document = (Get-LicenseUpload -State Preview).Document | ConvertFrom-Json
        $document.diagnostic.licenseFiles | Should -Be 1
        $document.statistics.licenseTypes.installed | Should -Be 3
        # Statistics alone say nothing of the machine; without them nothing more is said.
        Set-LicCEIPOption -AdminAddress $address -CEIPOption Anonymous
        $document = (Get-LicenseUpload -State Preview).Document
        ($document | ConvertFrom-Json).statistics.licenseTypes | Should -HaveCount 1
        $document | Should -Not -Match 'diagnostic'
        Set-LicCEIPOption -AdminAddress $address -CEIPOption None
        (Get-LicenseUpload -State Preview).Document | Should -Not -Match 'statistics|diagnostic'
    }
}
