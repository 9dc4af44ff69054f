# For Invoke-ScriptAnalyzer -Path module -Recurse -Settings module/PSScriptAnalyzerSettings.psd1; editors find it by its name.
@{
    Severity     = @('Error', 'Warning', 'Information')
    ExcludeRules = @(
        # The names of the old snap-in stand for themselves, such as Get-LicUsageDetails.
        'PSUseSingularNouns'
    )
    Rules        = @{
        PSUseCompatibleSyntax      = @{
            Enable         = $true
            TargetVersions = @('7.4', '7.6')
        }
        PSPlaceOpenBrace           = @{
            Enable             = $true
            OnSameLine         = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
        }
        PSPlaceCloseBrace          = @{
            Enable             = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
            NoEmptyLineBefore  = $true
        }
        PSUseConsistentIndentation = @{
            Enable              = $true
            Kind                = 'space'
            IndentationSize     = 4
            PipelineIndentation = 'IncreaseIndentationForFirstPipeline'
        }
        PSUseConsistentWhitespace  = @{
            Enable                          = $true
            CheckInnerBrace                 = $true
            CheckOpenBrace                  = $true
            CheckOpenParen                  = $true
            CheckPipe                       = $true
            CheckSeparator                  = $true
            CheckParameter                  = $false
            IgnoreAssignmentOperatorInsideHashTable = $true
        }
        PSAlignAssignmentStatement = @{
            Enable         = $true
            CheckHashtable = $true
        }
        PSUseCorrectCasing         = @{ Enable = $true }
        PSProvideCommentHelp       = @{
            Enable       = $true
            ExportedOnly = $true
            Placement    = 'begin'
        }
    }
}
