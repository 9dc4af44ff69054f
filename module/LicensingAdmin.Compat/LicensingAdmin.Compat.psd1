@{
    RootModule           = 'LicensingAdmin.Compat.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = 'a3c0a9b5-3c5d-47f4-9d0a-6c1d2f8be5d7'
    Author               = 'Licensing Services contributors'
    CompanyName          = 'Licensing Services'
    Copyright            = '(c) Licensing Services contributors. MIT license.'
    Description          = 'Lets scripts for the Licensing Administration snap-in and for the WMI classes of a license server run unmodified in PowerShell 7.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FunctionsToExport    = @(
        'Add-PSSnapin'
        'Get-CimClass'
        'Get-CimInstance'
        'Get-PSSnapin'
        'Get-WmiObject'
        'New-CimSession'
        'New-CimSessionOption'
        'Remove-CimSession'
        'Test-WSMan'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @('asnp', 'gcim', 'gwmi')
}
