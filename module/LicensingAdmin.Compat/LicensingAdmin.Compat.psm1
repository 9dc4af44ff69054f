#Requires -Version 7.4
# Commands that scripts for the original use and that PowerShell 7 does not have: snap-ins and Get-WmiObject nowhere, the CIM
# commands and Test-WSMan outside of Windows. What PowerShell itself has is left alone.

Set-StrictMode -Version Latest

& {
    $beside = [System.IO.Path]::Combine($PSScriptRoot, '..', 'LicensingAdmin', 'LicensingAdmin.psd1')
    $name = if ([System.IO.File]::Exists($beside)) { [System.IO.Path]::GetFullPath($beside) } else { 'LicensingAdmin' }
    Import-Module -Name $name -Scope Global
}

# Snap-ins that were added in this session, and the sessions that are open.
$script:AddedSnapins = [System.Collections.Generic.List[string]]::new()
$script:CimSessions = [System.Collections.Generic.List[psobject]]::new()
$script:LastCimSession = 0

foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}

& {
    $functions = @('Add-PSSnapin', 'Get-PSSnapin', 'Get-WmiObject')
    $aliases = @('asnp', 'gwmi')
    if (-not $IsWindows) {
        $functions += 'Get-CimClass', 'Get-CimInstance', 'New-CimSession', 'New-CimSessionOption', 'Remove-CimSession', 'Test-WSMan'
        $aliases += 'gcim'
    }
    $script:Exported = @{ Function = $functions; Alias = $aliases }
}
Set-Alias -Name asnp -Value Add-PSSnapin
Set-Alias -Name gwmi -Value Get-WmiObject
Set-Alias -Name gcim -Value Get-CimInstance
Export-ModuleMember -Function $script:Exported.Function -Alias $script:Exported.Alias
