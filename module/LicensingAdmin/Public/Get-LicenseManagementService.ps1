function Get-LicenseManagementService {
    <#
    .SYNOPSIS
        Shows the license management service of a license server and its next upload.

    .DESCRIPTION
        Shows whether license uploads are made, where to, when the next one is due and how the last one ended. With the status
        NoDestination or Disabled nothing is sent. Get-LicenseUpload shows what is sent, byte for byte.

    .EXAMPLE
        Get-LicenseManagementService

        Shows the service of the default session's server.

    .EXAMPLE
        Get-LicenseManagementService | Where-Object Status -in Failed, Overdue, NotRegistered

        Shows the servers whose uploads do not arrive.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.ManagementService.

    .LINK
        Set-LicenseManagementService

    .LINK
        Start-LicenseUpload
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ManagementService')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetManagementService'
    }
}
