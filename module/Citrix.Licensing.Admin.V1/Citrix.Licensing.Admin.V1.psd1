@{
    RootModule           = 'Citrix.Licensing.Admin.V1.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '0d7a9f0c-54d1-4b0f-8a63-5d1b7c2f9e41'
    Author               = 'Licensing Services contributors'
    CompanyName          = 'Licensing Services'
    Copyright            = '(c) Licensing Services contributors. MIT license.'
    Description          = 'Lets scripts that import this name use the commands of the module LicensingAdmin.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FunctionsToExport    = @('*-Lic*')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
}
