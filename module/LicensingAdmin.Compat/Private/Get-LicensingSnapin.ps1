# The one snap-in that is known.
function Get-LicensingSnapin {
    [CmdletBinding()]
    param()

    [pscustomobject]@{
        PSTypeName  = 'System.Management.Automation.PSSnapInInfo'
        Name        = 'Citrix.Licensing.Admin.V1'
        PSVersion   = [version] '3.0'
        Description = 'The commands of the Licensing Administration snap-in, from the module LicensingAdmin.'
        Vendor      = 'Licensing Services'
        ModuleName  = 'LicensingAdmin'
    }
}
