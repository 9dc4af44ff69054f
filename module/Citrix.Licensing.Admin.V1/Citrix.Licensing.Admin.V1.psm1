#Requires -Version 7.4
# The commands of the snap-in come from LicensingAdmin, which lies beside this module or in the module path.

Set-StrictMode -Version Latest

$beside = [System.IO.Path]::Combine($PSScriptRoot, '..', 'LicensingAdmin', 'LicensingAdmin.psd1')
$name = if ([System.IO.File]::Exists($beside)) { [System.IO.Path]::GetFullPath($beside) } else { 'LicensingAdmin' }
# Once for the session, and once for this module, which can export only what it has itself.
Import-Module -Name $name -Scope Global
Import-Module -Name $name -Scope Local
Export-ModuleMember -Function (Get-Command -Module LicensingAdmin -CommandType Function).Where({ $_.Noun -match '^Lic(?!ense($|[A-Z]))' }).Name
