#Requires -Version 7.4
# The build appends Private and Public to this file and lays the compiled C# into bin; here, in the source, the functions are
# read one by one and the C# is that of the last build.

Set-StrictMode -Version Latest

$nativeAssembly = Join-Path -Path $PSScriptRoot -ChildPath 'bin/LicensingAdmin.Native.dll'
if (-not [System.IO.File]::Exists($nativeAssembly)) {
    $nativeAssembly = Join-Path -Path $PSScriptRoot -ChildPath '../../out/LicensingAdmin/bin/LicensingAdmin.Native.dll'
    if (-not [System.IO.File]::Exists($nativeAssembly)) {
        throw 'The module is not built. Run build.ps1 and import out/LicensingAdmin.'
    }
}
$null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::GetFullPath($nativeAssembly))
Remove-Variable -Name nativeAssembly

$ExecutionContext.SessionState.Module.OnRemove = {
    [LicensingAdmin.SessionList]::Current.CloseAll()
}

if ([System.IO.Directory]::Exists((Join-Path -Path $PSScriptRoot -ChildPath 'Public'))) {
    foreach ($folder in 'Private', 'Public') {
        foreach ($file in [System.IO.Directory]::GetFiles((Join-Path -Path $PSScriptRoot -ChildPath $folder), '*.ps1')) {
            . $file
        }
    }
    Remove-Variable -Name folder, file
}
