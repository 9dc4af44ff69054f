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
        if (Test-Path -LiteralPath $file) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'FileAlreadyExists' -Category ResourceExists -Target $file `
                        -Message "$file exists; a bundle replaces no file." -Action 'Choose another name.'))
            return
        }
        $request = @{}
        if ($RegistrationCode) {
            $request['registrationCode'] = $RegistrationCode
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Export license uploads to $file")
        foreach ($one in $allowed) {
            $target = if ($allowed.Count -gt 1) { Get-LicensingServerPath -Path $file -Server $one.Server } else { $file }
            if (Test-Path -LiteralPath $target) {
                $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'FileAlreadyExists' -Category ResourceExists -Target $target `
                            -Message "$target exists; a bundle replaces no file." -Action 'Choose another name.'))
                continue
            }
            foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $one -Operation 'ExportUpload' -Request $request -Target $target) {
                if (Write-LicensingFile -Cmdlet $PSCmdlet -Path $target -Content $row.Content) {
                    Get-Item -LiteralPath $target
                }
            }
        }
    }
}
