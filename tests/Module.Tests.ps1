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

    It 'lists files that exist' {
        foreach ($file in $manifest.FileList) {
            Join-Path $moduleFolder $file | Should -Exist
        }
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
        $others = 'Connect-InsightServer', 'Connect-LicenseServer', 'Disconnect-InsightServer', 'Disconnect-LicenseServer', 'Get-LicLocation', 'Get-LicenseCertificate', 'Get-LicensePool', 'Invoke-LicenseDscResource', 'Invoke-LicenseWmiQuery'
        $manifest.FunctionsToExport | Where-Object { $_ -notin $named -and $_ -notin $others } | Should -BeNullOrEmpty
    }

    It '<Name> has a request that its functions can fill' -ForEach $operations {
        # Read from the source of the functions: every key of a request they write is a field of the operation.
        $fields = @($Operation.Request.Fields | ForEach-Object Name)
        foreach ($cmdlet in $Cmdlets) {
            $ast = (Get-Command $cmdlet).ScriptBlock.Ast
            $isTable = { param($node) $node -is [System.Management.Automation.Language.HashtableAst] }
            # Rows of the snap-in's shape are tables too; they are the ones that are cast to an object.
            $tables = $ast.FindAll($isTable, $true) | Where-Object { $_.Parent -isnot [System.Management.Automation.Language.ConvertExpressionAst] }
            $keys = foreach ($table in $tables) {
                foreach ($pair in $table.KeyValuePairs) {
                    $pair.Item1.Value
                }
            }
            $keys | Where-Object { $_ -notin $fields } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The functions' {
    BeforeDiscovery {
        $commands = (Get-Command -Module LicensingAdmin) | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    }

    It '<Name> has an approved verb' -ForEach $commands {
        (Get-Verb).Verb | Should -Contain $Command.Verb
    }

    It '<Name> declares what it returns' -ForEach $commands {
        $Command.OutputType | Should -Not -BeNullOrEmpty
    }

    It '<Name> can be asked what it would do when it changes something' -ForEach ($commands | Where-Object { $_.Command.Verb -in 'Import', 'New', 'Set', 'Remove' }) {
        $Command.Parameters.Keys | Should -Contain 'WhatIf'
        $Command.Parameters.Keys | Should -Contain 'Confirm'
    }

    It '<Name> does not offer WhatIf without changing anything' -ForEach ($commands | Where-Object { $_.Command.Verb -in 'Get', 'Test', 'Connect', 'Disconnect' }) {
        $Command.Parameters.Keys | Should -Not -Contain 'WhatIf'
    }

    It '<Name> asks before it removes' -ForEach ($commands | Where-Object { $_.Name -like 'Remove-License*' -or $_.Name -like 'Remove-Insight*' }) {
        $binding = $Command.ScriptBlock.Attributes | Where-Object { $_ -is [System.Management.Automation.CmdletBindingAttribute] }
        $binding.ConfirmImpact | Should -Be 'High'
    }

    It '<Name> takes passwords and tokens as SecureString or PSCredential only' -ForEach $commands {
        foreach ($parameter in $Command.Parameters.Values | Where-Object { $_.Name -match 'Password|Secret|Credential|^Token$' }) {
            $parameter.ParameterType.Name | Should -BeIn 'SecureString', 'PSCredential'
        }
    }

    It '<Name> takes sessions by name' -ForEach ($commands | Where-Object { $_.Command.Parameters.ContainsKey('Session') }) {
        $Command.Parameters['Session'].Attributes.TypeId.Name | Should -Contain 'SessionTransformationAttribute'
    }
}
