# License files: explained, installed, listed, removed.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer
    $session = Connect-TestServer $server
    $first = New-TestLicenseFile $server 'first.lic' @{ ACME_PRO_CCU = @{ count = 5 } }
    $second = New-TestLicenseFile $server 'second.lic' @{ ACME_STD_CCU = @{ count = 7 } }
    $broken = Join-Path $server.Folder 'broken.lic'
    # One changed number: the signature no longer holds.
    Set-Content -LiteralPath $broken -Value ((Get-Content -LiteralPath $first -Raw) -replace '\b5\b', '50')
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Before there is a license file' {
    It 'the inventory is NoInventory: <Name>' -ForEach @(
        @{ Name = 'Get-LicenseInventory'; Call = { Get-LicenseInventory } }
        @{ Name = 'Get-LicInventory'; Call = { Get-LicInventory $server.Address } }
    ) {
        $record = Get-OnlyError $Call
        $record.FullyQualifiedErrorId | Should -Be "NoInventory,$Name"
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'the list of files and of holders is empty, without an error' {
        Get-LicenseFile -ErrorAction Stop | Should -BeNullOrEmpty
        Get-LicenseUsage -ErrorAction Stop | Should -BeNullOrEmpty
    }
}

Describe 'Test-LicenseFile' {
    It 'explains each line in words' {
        $explanation = Test-LicenseFile $first
        $explanation.PSTypeNames[0] | Should -Be 'LicensingAdmin.LicenseFileExplanation'
        $explanation.Acceptable | Should -BeExactly $true
        $line = $explanation.Lines | Where-Object Keyword -EQ INCREMENT
        $line.Feature | Should -Be 'ACME_PRO_CCU'
        $line.Line | Should -BeOfType [int]
        $line.Signature | Should -BeExactly 'Valid'
        $line.Text | Should -Match '5'
    }

    It 'says what would change' {
        $effect = (Test-LicenseFile $first).Effects
        $effect.Feature | Should -Be 'ACME_PRO_CCU'
        $effect.CountBefore | Should -Be 0
        $effect.CountAfter | Should -Be 5
    }

    It 'installs nothing' {
        Get-LicenseFile | Should -BeNullOrEmpty
    }

    It 'says of a changed file that it would not be taken' {
        Test-LicenseFile $broken -Quiet | Should -BeExactly $false
        (Test-LicenseFile $broken).Findings | Should -Not -BeNullOrEmpty
        Test-LicenseFile $first -Quiet | Should -BeExactly $true
    }

    It 'has a view that can be read' {
        $text = Test-LicenseFile $first | Out-String -Width 200
        $text | Should -Match 'Acceptable\s*: True'
        $text | Should -Match 'ACME_PRO_CCU'
    }

    It 'takes files from the pipeline' {
        (Get-ChildItem $server.Folder -Filter *.lic | Test-LicenseFile).FileName | Sort-Object | Should -Be 'broken.lic', 'first.lic', 'second.lic'
    }
}

Describe 'Import-LicenseFile' {
    It 'sends nothing with -WhatIf' {
        Import-LicenseFile $first -WhatIf | Should -BeNullOrEmpty
        Get-LicenseFile | Should -BeNullOrEmpty
    }

    It 'installs a file and says what changed' {
        $imported = Import-LicenseFile $first
        $imported.PSTypeNames[0] | Should -Be 'LicensingAdmin.ImportedLicenseFile'
        $imported.FileName | Should -Be 'first.lic'
        $imported.Replaced | Should -BeExactly $false
        $imported.Size | Should -Be (Get-Item $first).Length
        $imported.Sha256 | Should -Be (Get-FileHash $first).Hash
        $imported.Effects.CountAfter | Should -Be 5
        (Get-LicenseInventory ACME_PRO_CCU).Installed | Should -Be 5
    }

    It 'does not replace a file unless told to' {
        $record = Get-OnlyError { Import-LicenseFile $first }
        $record.FullyQualifiedErrorId | Should -Be 'FileAlreadyExists,Import-LicenseFile'
        $record.CategoryInfo.Category | Should -Be 'ResourceExists'
        $record.TargetObject | Should -Be $first
        (Import-LicenseFile $first -Overwrite).Replaced | Should -BeExactly $true
        (Import-LicenseFile $first -Force).Replaced | Should -BeExactly $true
    }

    It 'refuses what does not pass the checks, and keeps what was served' {
        $record = Get-OnlyError { Import-LicenseFile $broken }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidLicenseFile,Import-LicenseFile'
        $record.CategoryInfo.Category | Should -Be 'InvalidData'
        (Get-LicenseInventory).Feature | Should -Be 'ACME_PRO_CCU'
    }

    It 'goes on after a file that fails' {
        $errors = @()
        $imported = Get-Item $broken, $second | Import-LicenseFile -ErrorAction SilentlyContinue -ErrorVariable errors
        $imported.FileName | Should -Be 'second.lic'
        $errors.Count | Should -Be 1
    }

    It 'takes wildcards, and nothing where nothing is like them' {
        (Import-LicenseFile (Join-Path $server.Folder 'f*.lic') -Overwrite).FileName | Should -Be 'first.lic'
        Import-LicenseFile (Join-Path $server.Folder 'x*.lic') -ErrorAction Stop | Should -BeNullOrEmpty
    }
}

Describe 'Get-LicenseFile' {
    It 'lists what is installed' {
        $files = Get-LicenseFile
        $files.FileName | Sort-Object | Should -Be 'first.lic', 'second.lic'
        $file = Get-LicenseFile first.lic
        $file.PSTypeNames[0] | Should -Be 'LicensingAdmin.LicenseFileInfo'
        $file.Installed | Should -BeOfType [datetime]
        $file.Vendors | Should -Be 'ACME'
        $file.Increments | Should -Be 1
        $file.Signature | Should -BeExactly 'Valid'
    }

    It 'finds by wildcard and reports a name that is not there' {
        (Get-LicenseFile s*).FileName | Should -Be 'second.lic'
        Get-LicenseFile x* -ErrorAction Stop | Should -BeNullOrEmpty
        (Get-OnlyError { Get-LicenseFile x.lic }).FullyQualifiedErrorId | Should -Be 'FileNotFound,Get-LicenseFile'
    }
}

Describe 'Remove-LicenseFile' {
    It 'removes nothing with -WhatIf' {
        Get-LicenseFile | Remove-LicenseFile -WhatIf
        Get-LicenseFile | Should -HaveCount 2
    }

    It 'removes from the pipeline and says what changed' {
        $removed = Get-LicenseFile s* | Remove-LicenseFile -Confirm:$false -PassThru
        $removed.FileName | Should -Be 'second.lic'
        $removed.Effects.CountAfter | Should -Be 0
        Get-LicenseFile | Should -HaveCount 1
    }

    It 'reports what is not there' {
        $record = Get-OnlyError { Remove-LicenseFile second.lic -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be 'FileNotFound,Remove-LicenseFile'
        $record.TargetObject | Should -Be 'second.lic'
    }
}
