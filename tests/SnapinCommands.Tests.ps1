BeforeDiscovery {
    $data = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'data/SnapinCommands.psd1')
    $commands = $data.Keys | Sort-Object | ForEach-Object { @{ Name = $_; Documented = $data[$_] } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters

    # The default a parameter has in the source, as a value; dates as texts, as a data file has none.
    function Get-ParameterDefault($Command, $Parameter) {
        $ast = $Command.ScriptBlock.Ast.Body.ParamBlock.Parameters | Where-Object { $_.Name.VariablePath.UserPath -eq $Parameter }
        $value = if ($ast.DefaultValue) { & ([scriptblock]::Create($ast.DefaultValue.Extent.Text)) } else { $null }
        if ($value -is [datetime]) { $value.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture) } else { $value }
    }

    function Get-ParameterAttribute($Command, $Parameter) {
        $Command.Parameters[$Parameter].Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] }
    }
}

Describe 'The snap-in' {
    It 'has 31 commands, each of which is compared with its reference' {
        $data = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'data/SnapinCommands.psd1')
        $has = Get-Command -Module LicensingAdmin | Where-Object Name -Match '-Lic(?!ense)' | Sort-Object Name
        $has | Should -HaveCount 31
        $has.Name | Should -Be ($data.Keys | Sort-Object)
    }
}

Describe '<Name> is that of the snap-in' -ForEach $commands {
    BeforeAll {
        $command = Get-Command $Name
    }

    It 'has its parameters and no others' {
        $has = $command.Parameters.Keys | Where-Object { $_ -notin $common -and $_ -ne 'TimeoutSeconds' } | Sort-Object
        # Texts, as a command may have none.
        $has -join ' ' | Should -Be (($Documented.Parameters | ForEach-Object Name | Sort-Object) -join ' ')
    }

    It 'has their types' {
        foreach ($parameter in $Documented.Parameters) {
            $command.Parameters[$parameter.Name].ParameterType.Name | Should -Be $parameter.Type -Because $parameter.Name
        }
    }

    It 'requires what is required' {
        foreach ($parameter in $Documented.Parameters) {
            $attribute = Get-ParameterAttribute $command $parameter.Name
            [bool] ($attribute | Where-Object Mandatory) | Should -Be $parameter.Required -Because $parameter.Name
        }
    }

    It 'has their positions' {
        foreach ($parameter in $Documented.Parameters) {
            # A function without positions of its own numbers its parameters; with one it does not.
            $attribute = Get-ParameterAttribute $command $parameter.Name | Select-Object -First 1
            $expected = if ($null -eq $parameter.Position) { [int]::MinValue } else { $parameter.Position }
            $attribute.Position | Should -Be $expected -Because $parameter.Name
        }
    }

    It 'takes from the pipeline what was taken' {
        foreach ($parameter in $Documented.Parameters) {
            $attribute = Get-ParameterAttribute $command $parameter.Name
            [bool] ($attribute | Where-Object ValueFromPipeline) | Should -Be ($parameter.Pipeline -eq 'ByValue') -Because $parameter.Name
            [bool] ($attribute | Where-Object ValueFromPipelineByPropertyName) | Should -Be ($parameter.Pipeline -eq 'ByPropertyName') -Because $parameter.Name
        }
    }

    It 'has their defaults' {
        foreach ($parameter in $Documented.Parameters) {
            Get-ParameterDefault $command $parameter.Name | Should -BeExactly $parameter.Default -Because $parameter.Name
        }
    }

    It 'returns its type' {
        $command.OutputType.Name | Should -Be $Documented.OutputType
    }

    It 'does not ask where the snap-in did not ask' {
        $binding = $command.ScriptBlock.Attributes | Where-Object { $_ -is [System.Management.Automation.CmdletBindingAttribute] }
        $binding.ConfirmImpact | Should -BeIn 'None', 'Low', 'Medium'
    }
}

Describe 'Remove-LicAdministrator' {
    It 'has one parameter set by account and one by SID' {
        $sets = (Get-Command Remove-LicAdministrator).ParameterSets
        $sets.Count | Should -Be 2
        ($sets | Where-Object { $_.Parameters.Name -contains 'Account' }).Parameters.Name | Should -Not -Contain 'AccountSid'
    }
}
