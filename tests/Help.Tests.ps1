BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $commands = Get-Command -Module LicensingAdmin | ForEach-Object { @{ Name = $_.Name } }
    $topics = Get-ChildItem (Join-Path (Get-Module LicensingAdmin).ModuleBase 'en-US') -Filter 'about_*.help.txt' |
        ForEach-Object { @{ Topic = $_.Name -replace '\.help\.txt$'; Path = $_.FullName } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
}

Describe 'The help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = (Get-Command $Name).ScriptBlock.Ast.GetHelpContent()
        $parameters = (Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common }
    }

    It 'has a synopsis and a description' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Description | Should -Not -BeNullOrEmpty
        $help.Synopsis.Trim() | Should -Match '\.$'
    }

    It 'describes every parameter, and no other' {
        ($help.Parameters.Keys | Sort-Object) -join ' ' | Should -Be (($parameters | ForEach-Object ToUpperInvariant | Sort-Object) -join ' ')
        foreach ($text in $help.Parameters.Values) {
            $text | Should -Not -BeNullOrEmpty
        }
    }

    It 'has two examples or more that can be parsed and bind' {
        $help.Examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.Examples) {
            # The first paragraph is code, the rest explains it.
            $code, $text = $example.Trim() -split "\r?\n\s*\r?\n", 2
            $text | Should -Not -BeNullOrEmpty
            $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $called = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)
            @($called | ForEach-Object { $_.GetCommandName() }) | Should -Contain $Name
            foreach ($call in $called | Where-Object { (Get-Command -Module LicensingAdmin).Name -contains $_.GetCommandName() }) {
                $known = (Get-Command $call.GetCommandName()).Parameters
                foreach ($element in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $known.Keys | Should -Contain $element.ParameterName
                }
            }
        }
    }

    It 'says what comes in and out, and where to read on' {
        $help.Inputs | Should -Not -BeNullOrEmpty
        $help.Outputs | Should -Not -BeNullOrEmpty
        $help.Links | Should -Not -BeNullOrEmpty
    }

    It 'links to commands and topics that exist' {
        foreach ($link in $help.Links) {
            if ($link -like 'about_*') {
                Join-Path (Get-Module LicensingAdmin).ModuleBase "en-US/$link.help.txt" | Should -Exist
            }
            else {
                (Get-Command -Module LicensingAdmin).Name | Should -Contain $link
            }
        }
    }
}

Describe 'The topic <Topic>' -ForEach $topics {
    It 'begins with its name and has a short description' {
        $lines = Get-Content -LiteralPath $Path
        $lines[0] | Should -Be 'TOPIC'
        $lines[1].Trim() | Should -Be $Topic
        $lines | Should -Contain 'SHORT DESCRIPTION'
    }

    It 'names commands that exist' {
        $known = (Get-Command -Module LicensingAdmin).Name
        $named = [regex]::Matches((Get-Content -LiteralPath $Path -Raw), '\b[A-Z][a-z]+-(Lic|Insight)[A-Z]?\w*').Value | Sort-Object -Unique
        $named | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }
}
