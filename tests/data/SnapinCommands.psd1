# The commands of the Licensing Administration snap-in as its reference documents them: parameters with type, whether they are
# required, position, pipeline and default, and what is returned. "Named" parameters have no position.
@{
    'Get-LicLocation' = @{
        OutputType = 'System.String'
        Parameters = @(
            @{ Name = 'LicenseServerAddress'; Type = 'String'; Required = $false; Position = 0; Pipeline = $null; Default = 'LocalHost' }
            @{ Name = 'LicenseServerPort'; Type = 'Int32'; Required = $false; Position = 1; Pipeline = $null; Default = 27000 }
            @{ Name = 'AddressType'; Type = 'String'; Required = $false; Position = 2; Pipeline = $null; Default = 'WSL' }
        )
    }
    'Get-LicCertificate' = @{
        OutputType = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
        )
    }
    'Get-LicServerInfo' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
        )
    }
    'Get-LicEffectivePermission' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLServerInfo'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicInventory' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLInventory'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CheckForSameSerialNumber'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Locale'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = 'EN' }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicUsageDetails' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLUsageDetails'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'ProductEditionModel'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicLocalizedNames' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLLocalizedNames'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Locale'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = 'en' }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicAdministrator' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLUser'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'AccountSid'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'ReadOnly'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'New-LicAdministrator' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLUser'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Account'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Group'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'ReadOnly'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Set-LicAdministrator' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLUser'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Account'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'AccountSid'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Group'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'ReadOnly'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Remove-LicAdministrator' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Account'; Type = 'String'; Required = $true; Position = 1; Pipeline = $null; Default = $null }
            @{ Name = 'AccountSid'; Type = 'String'; Required = $true; Position = $null; Pipeline = 'ByPropertyName'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Import-LicLicenseFile' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'FileName'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Overwrite'; Type = 'SwitchParameter'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicAlerts' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLAlertMessages'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'ProductEditionModel'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'SADate'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'FilterThreshold'; Type = 'Int32'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'MetaData'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Locale'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = 'EN' }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicHistoricalUsage' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLHistoricalUsage'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'StartDate'; Type = 'DateTime'; Required = $false; Position = $null; Pipeline = $null; Default = '1970-01-01' }
            @{ Name = 'EndDate'; Type = 'DateTime'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Products'; Type = 'String[]'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'SADate'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicConfigUsageSamples' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLConfigUsageSample'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Set-LicConfigUsageSamples' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Enable'; Type = 'Boolean'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'PollingInterval'; Type = 'Int32'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'RetentionPeriod'; Type = 'Int32'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicLACLocation' = @{
        OutputType = 'System.String'
        Parameters = @(
            @{ Name = 'LicenseServerAddress'; Type = 'String'; Required = $false; Position = 0; Pipeline = $null; Default = 'LocalHost' }
            @{ Name = 'LicenseServerPort'; Type = 'Int32'; Required = $false; Position = 1; Pipeline = $null; Default = 27000 }
        )
    }
    'Get-LicServiceAddedCapability' = @{
        OutputType = 'System.String'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
        )
    }
    'Get-LicCEIPOption' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLCEIPOption'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Set-LicCEIPOption' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CEIPOption'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Add-LicGlobalMetadata' = @{ OutputType = 'System.Void'; Parameters = @() }
    'Get-LicGlobalMetadata' = @{ OutputType = 'System.Void'; Parameters = @() }
    'Remove-LicGlobalMetadata' = @{ OutputType = 'System.Void'; Parameters = @() }
    'Get-LicLACEnabledState' = @{ OutputType = 'System.Void'; Parameters = @() }
    'Set-LicLACEnabledState' = @{ OutputType = 'System.Void'; Parameters = @() }
    'Get-LicEntitlements' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLEntitlements'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'AccessCode'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'New-LicAllocation' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'EntitlementId'; Type = 'String'; Required = $true; Position = $null; Pipeline = 'ByPropertyName'; Default = $null }
            @{ Name = 'Count'; Type = 'Int32'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'SessionId'; Type = 'String'; Required = $true; Position = $null; Pipeline = 'ByPropertyName'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    # Documented with a CertHash from the pipeline as well; a text would then be taken for address and hash at the same time.
    'Get-LicRenewals' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLFulfillment'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Install-LicRenewals' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'FulfillmentID'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Get-LicSARenewalOptions' = @{
        OutputType = 'Citrix.Licensing.Admin.SDK.WSLSARenewalOption'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
    'Set-LicSARenewalOptions' = @{
        OutputType = 'System.Void'
        Parameters = @(
            @{ Name = 'AdminAddress'; Type = 'String'; Required = $true; Position = 0; Pipeline = 'ByValue'; Default = $null }
            @{ Name = 'Option'; Type = 'String'; Required = $true; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'CertHash'; Type = 'String'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
            @{ Name = 'Credentials'; Type = 'PSCredential'; Required = $false; Position = $null; Pipeline = $null; Default = $null }
        )
    }
}
