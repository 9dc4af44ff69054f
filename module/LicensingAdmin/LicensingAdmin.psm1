#Requires -Version 7.4
# The build appends Private and Public to this file and lays the compiled C# into bin; here, in the source, the functions are
# read one by one and the C# is that of the last build. No command is called but those of the engine: the first call of one of
# another module would load that module and take longer than all the rest.

Set-StrictMode -Version Latest

& {
    $assembly = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'LicensingAdmin.Native.dll')
    if (-not [System.IO.File]::Exists($assembly)) {
        $assembly = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'LicensingAdmin', 'bin', 'LicensingAdmin.Native.dll')
        if (-not [System.IO.File]::Exists($assembly)) {
            throw 'The module is not built. Run build.ps1 and import out/LicensingAdmin.'
        }
    }
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::GetFullPath($assembly))
}

$ExecutionContext.SessionState.Module.OnRemove = {
    [LicensingAdmin.SessionList]::Current.CloseAll()
}

foreach ($folder in 'Private', 'Public') {
    $path = [System.IO.Path]::Combine($PSScriptRoot, $folder)
    if ([System.IO.Directory]::Exists($path)) {
        foreach ($file in [System.IO.Directory]::GetFiles($path, '*.ps1')) {
            . $file
        }
    }
}
