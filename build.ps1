#Requires -Version 7.4
<#
.SYNOPSIS
    Builds Licensing Services into one folder that can be used as it is.

.DESCRIPTION
    Runs cargo for the native library and the programs, compiles the module's C# once, joins the module's functions into one
    file so that the import is quick, and lays everything out:

        <OutputPath>/LicensingAdmin/            the PowerShell module, for Import-Module
        <OutputPath>/LicensingAdmin/bin/        compiled C#; the native library lies in bin/<rid>/
        <OutputPath>/LicensingAdminDsc/         resources of desired state, as classes
        <OutputPath>/LicensingAdmin.Compat/     commands that scripts for the original need
        <OutputPath>/Citrix.Licensing.Admin.V1/ the old name of the snap-in, for scripts that import it
        <OutputPath>/bin/                       licensingd, licensing and insightd, and manifests for Microsoft DSC
        <OutputPath>/include/                   licensing.h for products written in C and C++

    Needs Rust, a C compiler and the PowerShell it runs in; no .NET SDK.

.PARAMETER Configuration
    Debug builds quickly, Release runs quickly.

.PARAMETER OutputPath
    Folder to build into; relative paths count from the folder of this script.

.PARAMETER ModuleOnly
    Builds the module alone and keeps programs and native library as an earlier build left them there. Fails when there are none.

.EXAMPLE
    ./build.ps1
    Import-Module ./out/LicensingAdmin

    Builds everything and loads the module.
#>
[CmdletBinding()]
param(
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [ValidateNotNullOrEmpty()]
    [string] $OutputPath = 'out',

    [switch] $ModuleOnly
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot
$out = [System.IO.Path]::GetFullPath($OutputPath, $root)
$moduleSource = Join-Path $root 'module' 'LicensingAdmin'
$moduleOut = Join-Path $out 'LicensingAdmin'
. (Join-Path $root 'module' 'Complete-Function.ps1')

function Get-RuntimeIdentifier {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $architecture = [System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture.ToString().ToLowerInvariant()
    "$system-$architecture"
}

function Invoke-Cargo {
    param([string[]] $Arguments)

    Push-Location -LiteralPath $root
    try {
        & cargo @Arguments
        if ($LASTEXITCODE -ne 0) {
            throw "cargo $($Arguments -join ' ') ended with exit code $LASTEXITCODE."
        }
    }
    finally {
        Pop-Location
    }
}

# A program or library that is in use cannot be overwritten, but on Unix it can be replaced.
function Copy-Over {
    param([string] $Source, [string] $Destination)

    $null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $Destination)
    if (Test-Path -LiteralPath $Destination) {
        Remove-Item -LiteralPath $Destination -Force
    }
    Copy-Item -LiteralPath $Source -Destination $Destination
}

function Build-Native {
    # The whole workspace without its tools: naming three packages would compile shared dependencies once more, because cargo
    # chooses their features by what is built together.
    $arguments = @('build', '--workspace', '--exclude', 'xtask', '--exclude', 'licensing-bench', '--lib', '--bins')
    if ($Configuration -eq 'Release') {
        # Nothing is shared with tests here.
        $arguments += '--exclude', 'licensing-fuzz', '--exclude', 'licensing-proofs', '--release'
    }
    Invoke-Cargo -Arguments $arguments
    $metadata = Invoke-Cargo -Arguments 'metadata', '--format-version', '1', '--no-deps' | ConvertFrom-Json
    $built = Join-Path $metadata.target_directory $Configuration.ToLowerInvariant()

    $library, $extension = if ($IsWindows) { 'licensing_ffi.dll', 'dll' }
    elseif ($IsMacOS) { 'liblicensing_ffi.dylib', 'dylib' }
    else { 'liblicensing_ffi.so', 'so' }
    $nativeOut = Join-Path $moduleOut 'bin' (Get-RuntimeIdentifier)
    # PowerShell looks for bin/<rid>/licensing.<extension> and adds no "lib".
    Copy-Over -Source (Join-Path $built $library) -Destination (Join-Path $nativeOut "licensing.$extension")

    $suffix = if ($IsWindows) { '.exe' } else { '' }
    foreach ($program in 'licensingd', 'licensing', 'insightd') {
        Copy-Over -Source (Join-Path $built "$program$suffix") -Destination (Join-Path $out 'bin' "$program$suffix")
    }
    & (Join-Path $out 'bin' "licensing$suffix") dsc manifest --folder (Join-Path $out 'bin')
    if ($LASTEXITCODE -ne 0) {
        throw "The manifests for Microsoft DSC cannot be written: exit code $LASTEXITCODE."
    }
    $header = Join-Path $root 'native' 'ffi' 'include' 'licensing.h'
    if (Test-Path -LiteralPath $header) {
        Copy-Over -Source $header -Destination (Join-Path $out 'include' 'licensing.h')
    }
}

function Build-Assembly {
    $folders = (Join-Path $moduleSource 'Source'), (Join-Path $root 'native' 'ffi' 'bindings')
    $sources = @(
        $folders | Where-Object { Test-Path -LiteralPath $_ } |
            ForEach-Object { Get-ChildItem -LiteralPath $_ -Filter '*.cs' -File -Recurse } |
            Sort-Object -Property FullName | ForEach-Object -MemberName FullName
    )
    if ($sources.Count -eq 0) {
        return
    }
    $assembly = Join-Path $moduleOut 'bin' 'LicensingAdmin.Native.dll'
    $null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $assembly)
    if (Test-Path -LiteralPath $assembly) {
        Remove-Item -LiteralPath $assembly -Force
    }
    Add-Type -Path $sources -OutputAssembly $assembly -OutputType Library
}

# One file is read and parsed several times faster than one file for each function. The exported functions are completed with
# what they share.
function Join-ModuleScript {
    $parts = [System.Collections.Generic.List[string]]::new()
    $parts.Add((Get-Content -LiteralPath (Join-Path $moduleSource 'LicensingAdmin.psm1') -Raw))
    $exported = [System.Collections.Generic.List[string]]::new()
    $manifest = Import-PowerShellDataFile -LiteralPath (Join-Path $moduleSource 'LicensingAdmin.psd1')
    $shared = Get-SharedParameterTable (Join-Path $moduleSource 'SharedParameters.ps1')
    $sharedOfInsight = Get-SharedParameterTable (Join-Path $moduleSource 'SharedInsightParameters.ps1')
    foreach ($folder in 'Private', 'Public') {
        $path = Join-Path $moduleSource $folder
        if (-not (Test-Path -LiteralPath $path)) {
            continue
        }
        foreach ($file in Get-ChildItem -LiteralPath $path -Filter '*.ps1' -File -Recurse | Sort-Object -Property Name) {
            if ($folder -eq 'Public') {
                $table = if ($file.BaseName -like '*-Insight*') { $sharedOfInsight } else { $shared }
                $parts.Add((Complete-Function -Path $file.FullName -Shared $table -HelpRoot "$($manifest.PrivateData.PSData.ProjectUri)help/"))
                $exported.Add($file.BaseName)
            }
            else {
                $parts.Add((Get-Content -LiteralPath $file.FullName -Raw))
            }
        }
    }
    $script = ($parts | ForEach-Object { $_.TrimEnd() }) -join "`n`n"
    Set-Content -LiteralPath (Join-Path $moduleOut 'LicensingAdmin.psm1') -Value $script -Encoding utf8

    $declared = @($manifest.FunctionsToExport)
    $missing = @($exported | Where-Object { $_ -notin $declared })
    $surplus = @($declared | Where-Object { $_ -notin $exported })
    if ($missing.Count -or $surplus.Count) {
        throw ("FunctionsToExport in LicensingAdmin.psd1 does not fit the files in Public. " +
            "Not declared: $($missing -join ', '). Without file: $($surplus -join ', ').")
    }
}

# One file of views is loaded quicker than two. The first view of a type counts, so that those made by hand come first.
function Join-View {
    $document = [xml]::new()
    $document.Load((Join-Path $moduleSource 'LicensingAdmin.Views.ps1xml'))
    $generated = [xml]::new()
    $generated.Load((Join-Path $moduleSource 'LicensingAdmin.Format.ps1xml'))
    $views = $document.SelectSingleNode('/Configuration/ViewDefinitions')
    foreach ($view in $generated.SelectNodes('/Configuration/ViewDefinitions/View')) {
        $null = $views.AppendChild($document.ImportNode($view, $true))
    }
    Set-Content -LiteralPath (Join-Path $moduleOut 'LicensingAdmin.Format.ps1xml') -Value $document.OuterXml -Encoding utf8
}

# Adds the properties of all rows to the type data, so that completion knows them before there is a row. Read by another process,
# because a loaded assembly could not be built again.
function Add-RowType {
    $path = Join-Path $moduleOut 'LicensingAdmin.Types.ps1xml'
    & (Get-Process -Id $PID).Path -NoProfile -File (Join-Path $root 'module' 'Write-RowType.ps1') (Join-Path $moduleOut 'bin' 'LicensingAdmin.Native.dll') $path
    if ($LASTEXITCODE -ne 0) {
        throw "The type data cannot be written: exit code $LASTEXITCODE."
    }
}

function Build-Module {
    Copy-Over -Source (Join-Path $moduleSource 'LicensingAdmin.psd1') -Destination (Join-Path $moduleOut 'LicensingAdmin.psd1')
    Copy-Over -Source (Join-Path $moduleSource 'LicensingAdmin.Types.ps1xml') -Destination (Join-Path $moduleOut 'LicensingAdmin.Types.ps1xml')
    foreach ($folder in Get-ChildItem -LiteralPath $moduleSource -Directory) {
        if ($folder.Name -in 'Public', 'Private', 'Source') {
            continue
        }
        foreach ($file in Get-ChildItem -LiteralPath $folder.FullName -File -Recurse) {
            $relative = [System.IO.Path]::GetRelativePath($moduleSource, $file.FullName)
            Copy-Over -Source $file.FullName -Destination (Join-Path $moduleOut $relative)
        }
    }
    Build-Assembly
    Join-ModuleScript
    Join-View
    Add-RowType
}

# Modules that are used as they are written.
function Build-PlainModule {
    foreach ($name in 'LicensingAdminDsc', 'LicensingAdmin.Compat', 'Citrix.Licensing.Admin.V1') {
        $source = Join-Path $root 'module' $name
        foreach ($file in Get-ChildItem -LiteralPath $source -File -Recurse) {
            $relative = [System.IO.Path]::GetRelativePath($source, $file.FullName)
            Copy-Over -Source $file.FullName -Destination (Join-Path $out $name $relative)
        }
    }
}

Write-Information "Building Licensing Services ($Configuration) into $out" -InformationAction Continue
$library = Join-Path $moduleOut 'bin' (Get-RuntimeIdentifier)
if (-not $ModuleOnly) {
    Build-Native
}
elseif (-not (Test-Path -LiteralPath $library)) {
    throw "There is no native library in $library yet; run build.ps1 without -ModuleOnly once."
}
if (Test-Path -LiteralPath (Join-Path $moduleSource 'LicensingAdmin.psd1')) {
    Build-Module
    Build-PlainModule
}
