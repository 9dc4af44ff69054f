BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $operations = [LicensingAdmin.OperationTable]::Current.Operations |
        ForEach-Object { @{ Name = $_.Name; Cmdlets = $_.Cmdlets; Operation = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $moduleFolder = (Get-Module LicensingAdmin).ModuleBase
    $manifest = Import-PowerShellDataFile (Join-Path $moduleFolder 'LicensingAdmin.psd1')
}

Describe 'The manifest' {
    It 'is valid' {
        (Test-ModuleManifest (Join-Path $moduleFolder 'LicensingAdmin.psd1')).Name | Should -Be 'LicensingAdmin'
    }

    It 'exports exactly its functions' {
        $exported = (Get-Command -Module LicensingAdmin).Name | Sort-Object
        $exported | Should -Be ($manifest.FunctionsToExport | Sort-Object)
    }

    It 'exports one function for each file of Public' {
        $files = Get-ChildItem (Join-Path $PSScriptRoot '../module/LicensingAdmin/Public') -Filter *.ps1
        ($files.BaseName | Sort-Object) | Should -Be ($manifest.FunctionsToExport | Sort-Object)
    }

    It 'names nothing by wildcard' {
        foreach ($key in 'FunctionsToExport', 'CmdletsToExport', 'VariablesToExport', 'AliasesToExport') {
            $manifest[$key] | Where-Object { $_ -match '[*?]' } | Should -BeNullOrEmpty
        }
    }

    It 'loads files that exist' {
        foreach ($key in 'RootModule', 'RequiredAssemblies', 'FormatsToProcess', 'TypesToProcess') {
            $manifest[$key] | Should -Not -BeNullOrEmpty
            foreach ($file in $manifest[$key]) {
                Join-Path $moduleFolder $file | Should -Exist
            }
        }
    }

    It 'loads the compiled types before the functions that name them are parsed' {
        # Names of types that are not there yet are looked up in vain, which takes longer than all the rest of the import.
        $manifest.RequiredAssemblies | Should -Contain 'bin/LicensingAdmin.Native.dll'
    }

    It 'asks for PowerShell 7.4, Core' {
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
    }
}

Describe 'The table of operations' {
    It '<Name> has its cmdlets in the module' -ForEach $operations {
        foreach ($cmdlet in $Cmdlets) {
            (Get-Command -Module LicensingAdmin).Name | Should -Contain $cmdlet
        }
    }

    It 'has an operation for each command but those of sessions and places' {
        $named = [LicensingAdmin.OperationTable]::Current.Operations.Cmdlets
        $others = 'Connect-InsightServer', 'Connect-LicenseServer', 'Disconnect-InsightServer', 'Disconnect-LicenseServer', 'Get-LicLocation', 'Get-LicLACLocation', 'Get-LicenseCertificate', 'Get-LicensePool', 'Invoke-LicenseDscResource', 'Invoke-LicenseWmiQuery'
        # Those that are deprecated warn and do nothing.
        $others += 'Add-LicGlobalMetadata', 'Get-LicGlobalMetadata', 'Remove-LicGlobalMetadata', 'Get-LicLACEnabledState', 'Set-LicLACEnabledState'
        $manifest.FunctionsToExport | Where-Object { $_ -notin $named -and $_ -notin $others } | Should -BeNullOrEmpty
    }

    It '<Name> has a request that its functions can fill' -ForEach $operations {
        # Read from the source of the functions: every key of a request they write is a field of the operation, or of another one
        # that they call.
        foreach ($cmdlet in $Cmdlets) {
            $called = [LicensingAdmin.OperationTable]::Current.Operations | Where-Object { $_.Cmdlets -contains $cmdlet }
            $fields = @($called.Request.Fields | ForEach-Object Name)
            $ast = (Get-Command $cmdlet).ScriptBlock.Ast
            $isTable = { param($node) $node -is [System.Management.Automation.Language.HashtableAst] }
            # Rows of the snap-in's shape are tables too; they are the ones that are cast to an object.
            $tables = $ast.FindAll($isTable, $true) | Where-Object {
                $_.Parent -isnot [System.Management.Automation.Language.ConvertExpressionAst]
            }
            $keys = foreach ($table in $tables) {
                foreach ($pair in $table.KeyValuePairs | Where-Object { $_.Item1 -is [System.Management.Automation.Language.StringConstantExpressionAst] }) {
                    $pair.Item1.Value
                }
            }
            $keys | Where-Object { $_ -notin $fields } | Should -BeNullOrEmpty
            $named = (Get-Command $cmdlet).Parameters.Values | ForEach-Object Attributes | Where-Object { $_ -is [LicensingAdmin.FieldAttribute] } | ForEach-Object Name
            $named | Where-Object { $_ -notin $fields } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The functions' {
    BeforeDiscovery {
        $commands = (Get-Command -Module LicensingAdmin) | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
        $looking = 'Get', 'Test', 'Connect', 'Disconnect', 'Find', 'Show', 'Compare', 'Measure'
        # The first asks, under another verb; the others are deprecated and do nothing.
        $harmless = 'Invoke-LicenseWmiQuery', 'Add-LicGlobalMetadata', 'Remove-LicGlobalMetadata', 'Set-LicLACEnabledState'
        # Sends a message to others, so that it asks although it changes nothing.
        $sending = , 'Test-LicenseAlertRoute'
    }

    It '<Name> has an approved verb' -ForEach $commands {
        (Get-Verb).Verb | Should -Contain $Command.Verb
    }

    It '<Name> declares what it returns' -ForEach $commands {
        $Command.OutputType | Should -Not -BeNullOrEmpty
    }

    It '<Name> has a noun in the singular' -ForEach ($commands | Where-Object { $_.Name -cmatch '-License' }) {
        $Command.Noun | Should -Not -Match '(?<![su])s$'
    }

    It '<Name> can be asked what it would do when it changes something' -ForEach ($commands | Where-Object { $_.Command.Verb -notin $looking -and $_.Name -notin $harmless }) {
        $Command.Parameters.Keys | Should -Contain 'WhatIf'
        $Command.Parameters.Keys | Should -Contain 'Confirm'
    }

    It '<Name> does not offer WhatIf without changing anything' -ForEach ($commands | Where-Object { $_.Command.Verb -in $looking -and $_.Name -notin $sending }) {
        $Command.Parameters.Keys | Should -Not -Contain 'WhatIf'
    }

    It '<Name> asks before what cannot be undone' -ForEach ($commands | Where-Object { $_.Name -cmatch '^(Remove|Revoke|Restore|Clear)-(License|Insight)' }) {
        $binding = $Command.ScriptBlock.Attributes | Where-Object { $_ -is [System.Management.Automation.CmdletBindingAttribute] }
        $binding.ConfirmImpact | Should -Be 'High'
    }

    It '<Name> takes passwords and tokens as SecureString or PSCredential only' -ForEach $commands {
        foreach ($parameter in $Command.Parameters.Values | Where-Object { $_.Name -match 'Password|Secret|Credential|^Token$' }) {
            $parameter.ParameterType.Name | Should -BeIn 'SecureString', 'PSCredential'
        }
    }

    It '<Name> returns what it changed, with -PassThru at least' -ForEach ($commands | Where-Object { $_.Command.Parameters.ContainsKey('WhatIf') -and $_.Name -cmatch '-License' }) {
        $Command.OutputType.Name | Should -Not -Be 'System.Void'
        # Two say always what became of it: how the pools changed, and the proof for the vendor.
        if ($Command.Verb -in 'Remove', 'Revoke', 'Reset' -and $Command.Name -notin 'Remove-LicenseIssuer', 'Remove-LicenseAllocation') {
            $Command.Parameters.Keys | Should -Contain 'PassThru'
        }
    }

    It '<Name> completes what exists' -ForEach ($commands | Where-Object { $_.Name -cmatch '-Lic' }) {
        # New names, secrets, hashes, files, which PowerShell completes itself, and what only the vendor knows.
        $free = 'AccessCode', 'EntitlementId', 'SessionId', 'HostId', 'ProofPath', 'CertHash', 'Path', 'LiteralPath', 'CaFile', 'Query', 'Locale', 'DestinationCertHash', 'UploadTime', 'Destination', 'DisasterRecoveryPartner',
            'Products', 'SADate', 'MetaData', 'Address', 'WebhookCertHash', 'Line', 'KeyPath'
        $isNew = $Command.Verb -in 'New', 'Import', 'Test' -or $Command.Name -eq 'Connect-LicenseServer'
        foreach ($parameter in $Command.Parameters.Values | Where-Object { $_.ParameterType -in [string], [string[]] -and $_.Name -notin $free }) {
            if ($isNew -and $parameter.Name -in 'Name', 'Account', 'FileName') {
                continue
            }
            $completes = @($parameter.Attributes | Where-Object {
                    $_ -is [System.Management.Automation.ArgumentCompleterAttribute] -or $_ -is [System.Management.Automation.ArgumentCompletionsAttribute] -or
                    $_ -is [System.Management.Automation.ValidateSetAttribute]
                })
            $isCommon = $parameter.Name -in [System.Management.Automation.PSCmdlet]::CommonParameters
            $completes.Count -gt 0 -or $isCommon | Should -BeTrue -Because "-$($parameter.Name) names something that exists"
        }
    }

    It '<Name> takes sessions by name' -ForEach ($commands | Where-Object { $_.Command.Parameters.ContainsKey('Session') }) {
        $Command.Parameters['Session'].Attributes.TypeId.Name | Should -Contain 'SessionTransformationAttribute'
    }
}

Describe 'The source' {
    BeforeDiscovery {
        $sources = 'module', 'ps1' | ForEach-Object { Get-ChildItem (Join-Path $PSScriptRoot "../$_") -Recurse -Include *.ps1, *.psm1 } |
            ForEach-Object { @{ File = [System.IO.Path]::GetRelativePath((Join-Path $PSScriptRoot '..'), $_.FullName); Path = $_.FullName } }
    }

    It '<File> can be parsed, has no alias and no Invoke-Expression' -ForEach $sources {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $called = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
        foreach ($name in $called | Where-Object { $_ } | Sort-Object -Unique) {
            $name | Should -Not -Be 'Invoke-Expression'
            Test-Path -LiteralPath "alias:$name" | Should -BeFalse -Because "$name is an alias"
        }
    }

    It '<File> reads members with script blocks, for ForEach-Object with a name does nothing under -WhatIf' -ForEach $sources {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $calls = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] -and $node.GetCommandName() -eq 'ForEach-Object' }, $true)
        $named = $calls | Where-Object { $_.CommandElements.Count -gt 1 -and $_.CommandElements[1] -is [System.Management.Automation.Language.StringConstantExpressionAst] }
        $named | ForEach-Object { "line $($_.Extent.StartLineNumber)" } | Should -BeNullOrEmpty
    }

    It '<File> sets the strict mode' -ForEach ($sources | Where-Object { $_.File -match '^ps1.(runbooks|examples)|psm1$' }) {
        Get-Content -LiteralPath $Path -Raw | Should -Match 'Set-StrictMode -Version (Latest|3\.0)'
    }

    It '<File> needs nobody to answer' -ForEach ($sources | Where-Object { $_.File -match '^ps1.runbooks' }) {
        $text = Get-Content -LiteralPath $Path -Raw
        $text | Should -Match "\`$ErrorActionPreference = 'Stop'"
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $null)
        $called = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
        $called | Should -Not -Contain 'Read-Host'
        $called | Should -Not -Contain 'Write-Host'
        $called | Should -Not -Contain 'Get-Credential'
        $called | Should -Not -Contain 'Out-Host'
        $text | Should -Not -Match '\$Host\.'
        # What writes asks first.
        $ast.ParamBlock.Attributes.TypeName.FullName | Should -Contain 'CmdletBinding'
    }

    It 'has settings for the script analyzer, and passes it where it is installed' {
        $settings = Join-Path $PSScriptRoot '../module/PSScriptAnalyzerSettings.psd1'
        (Import-PowerShellDataFile $settings).Severity | Should -Contain 'Error'
        if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
            Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not installed'
            return
        }
        $found = 'module', 'ps1' | ForEach-Object { Invoke-ScriptAnalyzer -Path (Join-Path $PSScriptRoot "../$_") -Recurse -Settings $settings }
        $found | Where-Object Severity -In 'Error', 'Warning' | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName)" } | Should -BeNullOrEmpty
    }
}
