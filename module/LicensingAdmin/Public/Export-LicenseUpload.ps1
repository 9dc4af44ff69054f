function Export-LicenseUpload {
    <#
    .SYNOPSIS
        Writes license uploads into a signed file, for a license server without a connection to the receiver.

    .DESCRIPTION
        Writes a fresh upload and all that wait into one signed bundle. The receiver's administrator takes it in and gives a receipt,
        which Import-LicenseUploadReceipt settles. The uploads wait until then; an upload that travels both ways counts once.

    .PARAMETER Path
        File for the bundle. It must not exist. With several servers the name of each is added.

    .PARAMETER RegistrationCode
        One-time code from the receiver's administrator, which registers the server with the bundle.

    .EXAMPLE
        Export-LicenseUpload ./upload.json

        Writes a bundle.

    .EXAMPLE
        Connect-LicenseServer lic1.example.net -CertHash $hash -Token $token
        Export-LicenseUpload ./first.json -WhatIf

        Says on which server which file would be written.

    .INPUTS
        None.

    .OUTPUTS
        System.IO.FileInfo.

    .LINK
        Import-LicenseUploadReceipt
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [ValidateNotNull()]
        [securestring] $RegistrationCode
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $request = @{}
        if ($RegistrationCode) {
            $request['registrationCode'] = $RegistrationCode
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Export license uploads to $file")
        Export-LicensingAnswer -Cmdlet $PSCmdlet -Session $allowed -Operation 'ExportUpload' -Request $request -Path $file
    }
}
