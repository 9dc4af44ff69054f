<#
.SYNOPSIS
    Runs one file of PowerShell tests with the Pester at hand and writes a JUnit report.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Report,
    [string] $Filter
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputFormat = 'JUnitXml'
$configuration.TestResult.OutputPath = $Report
if ($Filter) {
    $configuration.Filter.FullName = "*$Filter*"
}
$result = Invoke-Pester -Configuration $configuration
exit ([int]($result.Result -ne 'Passed'))
