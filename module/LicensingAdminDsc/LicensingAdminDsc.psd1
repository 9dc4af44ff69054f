@{
    RootModule           = 'LicensingAdminDsc.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '0f4f6a5b-7d0e-4a53-9a3f-0a7d2f9b6c11'
    Author               = 'Licensing Services contributors'
    CompanyName          = 'Licensing Services'
    Copyright            = '(c) Licensing Services contributors. MIT license.'
    Description          = 'Resources of desired state for license servers, as classes for PowerShell. Needs the module LicensingAdmin of the same release.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FunctionsToExport    = @()
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    DscResourcesToExport = @(
        'Administrator'
        'AlertRoute'
        'Issuer'
        'LicenseFile'
        'ManagementService'
        'OptionsFile'
        'Reservation'
        'Server'
        'Token'
        'UsageSampling'
    )
    FileList             = @(
        'LicensingAdminDsc.psd1'
        'LicensingAdminDsc.psm1'
    )
    PrivateData          = @{
        PSData = @{
            Tags                       = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'License', 'LicenseServer', 'DSC', 'DesiredStateConfiguration')
            ProjectUri                 = 'https://licensing-services.example/'
            LicenseUri                 = 'https://licensing-services.example/license'
            ExternalModuleDependencies = @('LicensingAdmin')
            ReleaseNotes               = 'First release.'
        }
    }
}
