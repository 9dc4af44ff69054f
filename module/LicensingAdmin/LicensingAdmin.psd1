@{
    RootModule           = 'LicensingAdmin.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f0b6a0e-3d0f-4a2d-9c39-5f1d6a7f0c27'
    Author               = 'Licensing Services contributors'
    CompanyName          = 'Licensing Services'
    Copyright            = '(c) Licensing Services contributors. MIT license.'
    Description          = 'Administers license servers: license files, pools, seats, administrators, tokens and alerts, with the commands of the Licensing Administration snap-in beside.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('LicensingAdmin.Views.ps1xml', 'LicensingAdmin.Format.ps1xml')
    TypesToProcess       = @('LicensingAdmin.Types.ps1xml')
    FunctionsToExport    = @(
        'Connect-LicenseServer'
        'Disconnect-LicenseServer'
        'Export-LicenseUpload'
        'Get-LicenseAdministrator'
        'Get-LicenseAlert'
        'Get-LicenseAssignmentEvent'
        'Get-LicenseCertificate'
        'Get-LicenseComplianceFinding'
        'Get-LicenseDenial'
        'Get-LicenseErrorCode'
        'Get-LicenseFile'
        'Get-LicenseInventory'
        'Get-LicenseManagementService'
        'Get-LicensePool'
        'Get-LicenseQueue'
        'Get-LicenseReservation'
        'Get-LicenseServer'
        'Get-LicenseToken'
        'Get-LicenseUpload'
        'Get-LicenseUsage'
        'Get-LicenseVendorDaemon'
        'Import-LicenseFile'
        'Import-LicenseUploadReceipt'
        'Invoke-LicenseReread'
        'Invoke-LicenseWmiQuery'
        'New-LicenseAdministrator'
        'New-LicenseToken'
        'Remove-LicenseAdministrator'
        'Remove-LicenseFile'
        'Remove-LicenseToken'
        'Reset-LicenseAdministrator'
        'Revoke-License'
        'Set-LicenseAdministrator'
        'Set-LicenseManagementService'
        'Start-LicenseUpload'
        'Test-LicenseCompliance'
        'Test-LicenseFile'
        'Get-LicAdministrator'
        'Get-LicCEIPOption'
        'Get-LicCertificate'
        'Get-LicEffectivePermission'
        'Get-LicInventory'
        'Get-LicLocalizedNames'
        'Get-LicLocation'
        'Get-LicServerInfo'
        'Get-LicUsageDetails'
        'Import-LicLicenseFile'
        'New-LicAdministrator'
        'Remove-LicAdministrator'
        'Set-LicAdministrator'
        'Set-LicCEIPOption'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    FileList             = @(
        'LicensingAdmin.psd1'
        'LicensingAdmin.psm1'
        'LicensingAdmin.Format.ps1xml'
        'LicensingAdmin.Views.ps1xml'
        'LicensingAdmin.Types.ps1xml'
        'bin/LicensingAdmin.Native.dll'
        'en-US/about_LicensingAdmin.help.txt'
        'en-US/about_Licensing_Sessions.help.txt'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'License', 'Licensing', 'LicenseServer', 'Administration')
            ProjectUri   = 'https://licensing-services.example/'
            LicenseUri   = 'https://licensing-services.example/license'
            ReleaseNotes = 'First release.'
        }
    }
}
