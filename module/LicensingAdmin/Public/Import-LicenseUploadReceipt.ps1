function Import-LicenseUploadReceipt {
    <#
    .SYNOPSIS
        Settles license uploads by the receipt that the receiver gave for a bundle.

    .DESCRIPTION
        Takes over the receipt: uploads that the receiver has stored wait no more, and its findings become alerts of the server.
        A receipt that is not signed by the receiver the server is registered with settles nothing.

    .PARAMETER Path
        File of the receipt.

    .PARAMETER RegistrationCode
        The code that the bundle was exported with, when the receipt answers a registration.

    .EXAMPLE
        Import-LicenseUploadReceipt ./receipt.json

        Settles the uploads that the receipt names.

    .EXAMPLE
        Get-ChildItem ./receipts -Filter *.json | Import-LicenseUploadReceipt

        Takes in every receipt of a folder.

    .INPUTS
        Objects with the property FullName.

    .OUTPUTS
        LicensingAdmin.ImportedReceipt.

    .LINK
        Export-LicenseUpload
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.ImportedReceipt')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [ValidateNotNull()]
        [securestring] $RegistrationCode
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $bytes = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
        if ($null -eq $bytes) {
            return
        }
        $request = @{ content = [System.Text.Encoding]::UTF8.GetString($bytes) }
        if ($RegistrationCode) {
            $request['registrationCode'] = $RegistrationCode
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Import upload receipt $file")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ImportUploadReceipt' -Request $request -Target $file
        }
    }
}
