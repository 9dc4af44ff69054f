#Requires -Version 7.4
# The build appends Private and Public to this file and puts the compiled C# into bin; the source cannot be imported. No command
# is called but those of the engine: the first call of one of another module would load that module and take longer than all the
# rest. Sessions outlive the module: whoever holds one may go on with it after Import-Module -Force.

Set-StrictMode -Version Latest

& {
    $assembly = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'LicensingAdmin.Native.dll')
    if (-not [System.IO.File]::Exists($assembly)) {
        throw 'The module is not built. Run build.ps1 and import out/LicensingAdmin.'
    }
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::GetFullPath($assembly))
}

