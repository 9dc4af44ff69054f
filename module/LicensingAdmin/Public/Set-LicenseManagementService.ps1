function Set-LicenseManagementService {
    <#
    .SYNOPSIS
        Changes the license management service of a license server.

    .DESCRIPTION
        Switches license uploads on or off, and says where they go. Changes take effect at once: switching off cancels an upload
        that is under way, and nothing leaves the server afterwards. Parameters that are not given stay as they are.

    .PARAMETER Enabled
        Whether uploads are made.

    .PARAMETER Destination
        Address of the receiver, such as https://insight.example.com:8443. An empty text removes it; then nothing is sent.

    .PARAMETER DestinationCertHash
        SHA-256 hash of the one certificate of the receiver to trust. An empty text removes the pin.

    .PARAMETER UploadTime
        Local time of the daily upload, such as 03:30. An empty text makes it 24 hours after the one before.

    .PARAMETER IncludeUserHashes
        Whether salted hashes of users and devices are sent. Their names never are.

    .PARAMETER DisasterRecoveryPartner
        GUID of the other server of a disaster recovery pair, as its Get-LicenseManagementService shows it. An empty text ends
        the pair.

    .PARAMETER RegistrationCode
        One-time code from the receiver's administrator, which registers the server.

    .PARAMETER PassThru
        Returns the service as it is then.

    .EXAMPLE
        Set-LicenseManagementService -Enabled $false

        Sends nothing from now on.

    .EXAMPLE
        $code = Read-Host 'Code' -AsSecureString
        Set-LicenseManagementService -Enabled $true -Destination https://insight.example.com:8443 -RegistrationCode $code -PassThru

        Registers the server and begins with daily uploads.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.ManagementService.

    .LINK
        Get-LicenseManagementService

    .LINK
        Get-LicenseUpload
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.ManagementService')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [ValidateNotNull()]
        [bool] $Enabled,

        [AllowEmptyString()]
        [string] $Destination,

        [AllowEmptyString()]
        [LicensingAdmin.Field('certHash')]
        [string] $DestinationCertHash,

        [AllowEmptyString()]
        [ValidatePattern('^$|^([01]?\d|2[0-3]):[0-5]\d$')]
        [string] $UploadTime,

        [ValidateNotNull()]
        [bool] $IncludeUserHashes,

        [AllowEmptyString()]
        [ValidatePattern('^$|^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$')]
        [string] $DisasterRecoveryPartner,

        [ValidateNotNull()]
        [securestring] $RegistrationCode,

        [switch] $PassThru
    )

    process {
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'SetManagementService')
        $shown = ($request.Keys | Sort-Object) -join ', '
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Change the license management service: $shown")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetManagementService' -Request $request |
                Where-Object { $PassThru }
        }
    }
}
