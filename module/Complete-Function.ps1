# Completes the functions of the module while it is built: writes shared parameters and their help into them, where the help is
# online, and the calls that every command begins and ends with.

# The shared parameters by name: text of the declaration, and help.
function Get-SharedParameterTable {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([string] $Path)

    $function = Get-FunctionAst $Path
    $help = $function.GetHelpContent().Parameters
    $table = @{}
    foreach ($parameter in $function.Body.ParamBlock.Parameters) {
        $name = $parameter.Name.VariablePath.UserPath
        $table[$name] = @{ Text = $parameter.Extent.Text; Help = $help[$name.ToUpperInvariant()].Trim() }
    }
    $table
}

# The text of the file with the function completed.
function Complete-Function {
    [CmdletBinding()]
    [OutputType([string])]
    param([string] $Path, [hashtable] $Shared, [uri] $HelpRoot)

    $function = Get-FunctionAst $Path
    $body = $function.Body
    $attribute = $body.ParamBlock.Attributes | Where-Object { $_.TypeName.FullName -eq 'LicensingAdmin.SharedParameters' }
    $own = @($body.ParamBlock.Parameters)
    $names = @(
        foreach ($name in $attribute ? $attribute.PositionalArguments.Value : @()) {
            if ($name -eq 'Connection') { 'Server', 'Session', 'Credential', 'Token', 'CertHash', 'TimeoutSeconds' } else { $name }
        }
    )
    foreach ($name in $names) {
        if (-not $Shared.ContainsKey($name)) {
            throw "$Path names the shared parameter $name, which SharedParameters.ps1 does not have."
        }
    }

    $insertions = [System.Collections.Generic.List[object]]::new()
    if ($names) {
        # What the function declares itself stands as it is.
        $added = @($names | Where-Object { $_ -notin @($own | ForEach-Object { $_.Name.VariablePath.UserPath }) })
        $declared = @($own | ForEach-Object { $_.Extent.Text }) + @($added | ForEach-Object { $Shared[$_].Text })
        $insertions.Add(@{ From = $body.ParamBlock.Extent; Text = "param(`n        $(@($declared | Where-Object { $_ }) -join ",`n`n        ")`n    )" })
        $described = $function.GetHelpContent().Parameters
        $help = ($names | Where-Object { -not $described.ContainsKey($_.ToUpperInvariant()) } | ForEach-Object { "    .PARAMETER $_`n        $($Shared[$_].Help -replace '\n', "`n        ")`n`n" }) -join ''
        $at = $function.Extent.Text.IndexOf('    .EXAMPLE', [System.StringComparison]::Ordinal)
        $insertions.Add(@{ At = $function.Extent.StartOffset + $at; Text = $help })
    }
    $binding = $body.ParamBlock.Attributes | Where-Object { $_.TypeName.FullName -eq 'CmdletBinding' }
    $separator = if ($binding.NamedArguments) { ', ' } else { '' }
    $insertions.Add(@{ At = $binding.Extent.EndOffset - 2; Text = "$($separator)HelpUri = '$HelpRoot$($function.Name)'" })
    if (-not $body.ProcessBlock) {
        throw "$Path has no process block."
    }
    $enter = '[LicensingAdmin.Command]::Enter($PSCmdlet, $ExecutionContext.SessionState)'
    $accept = 'if (-not [LicensingAdmin.Command]::Accept($PSCmdlet, $_)) { return }'
    $leave = '[LicensingAdmin.Command]::Leave($PSCmdlet)'
    if ($body.BeginBlock) {
        $insertions.Add(@{ At = $body.BeginBlock.Extent.StartOffset + $body.BeginBlock.Extent.Text.IndexOf('{') + 1; Text = "`n        $enter" })
    }
    else {
        $insertions.Add(@{ At = $body.ProcessBlock.Extent.StartOffset; Text = "begin {`n        $enter`n    }`n    " })
    }
    $insertions.Add(@{ At = $body.ProcessBlock.Extent.StartOffset + $body.ProcessBlock.Extent.Text.IndexOf('{') + 1; Text = "`n        $accept" })
    if ($body.CleanBlock) {
        $insertions.Add(@{ At = $body.CleanBlock.Extent.EndOffset - 1; Text = "    $leave`n    " })
    }
    else {
        $insertions.Add(@{ At = $body.Extent.EndOffset - 1; Text = "    clean {`n        $leave`n    }`n" })
    }

    $text = $function.Parent.Parent.Extent.Text
    foreach ($one in $insertions | Sort-Object { $_.ContainsKey('At') ? $_.At : $_.From.StartOffset } -Descending) {
        $from, $to = $one.ContainsKey('At') ? ($one.At, $one.At) : ($one.From.StartOffset, $one.From.EndOffset)
        $text = $text.Remove($from, $to - $from).Insert($from, $one.Text)
    }
    $text
}

function Get-FunctionAst {
    [CmdletBinding()]
    param([string] $Path)

    $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $errors)
    if ($errors) {
        throw "$Path`: $($errors[0])"
    }
    $functions = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false))
    if ($functions.Count -ne 1) {
        throw "$Path has $($functions.Count) functions instead of one."
    }
    $functions[0]
}
