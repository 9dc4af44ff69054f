function Import-InsightBundle {
    <#
    .SYNOPSIS
        Takes the bundle of a license server without a connection, and gives the receipt for it.

    .DESCRIPTION
        Stores the uploads of a file that Export-LicenseUpload has written, each once, and registers the server when the bundle
        asks for that. Import-LicenseUploadReceipt takes the receipt in on the license server.

    .PARAMETER Path
        File of the bundle.

    .PARAMETER ReceiptPath
        File for the receipt, which must not exist yet. Without it the property Content of the result is the receipt.

    .EXAMPLE
        Import-InsightBundle ./bundle.json -ReceiptPath ./receipt.json

        Stores the uploads and writes the receipt.

    .EXAMPLE
        Get-ChildItem ./bundles -Filter *.json | Import-InsightBundle | ForEach-Object { Set-Content $_.FileName $_.Content }

        Takes every bundle of a folder and writes the receipts under their names.

    .INPUTS
        Objects with the property FullName.

    .OUTPUTS
        LicensingAdmin.InsightReceipt.

    .LINK
        Export-LicenseUpload

    .LINK
        Import-LicenseUploadReceipt

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.InsightReceipt')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [ValidateNotNullOrWhiteSpace()]
        [string] $ReceiptPath
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $receipt = if ($ReceiptPath) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ReceiptPath) }
        if ($receipt -and [System.IO.File]::Exists($receipt)) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'FileAlreadyExists' -Category ResourceExists -Target $receipt `
                        -Message "$receipt exists; a receipt replaces no file." -Action 'Choose another name.'))
            return
        }
        $bytes = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file -Kind 'bundle'
        if ($null -eq $bytes) {
            return
        }
        $request = @{ content = [System.Text.Encoding]::UTF8.GetString($bytes) }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Import upload bundle $file")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ImportInsightBundle' -Request $request -Target $file |
                ForEach-Object {
                    if ($receipt) {
                        $null = Write-LicensingFile -Cmdlet $PSCmdlet -Path $receipt -Content $_.Content
                    }
                    $_
                }
        }
    }
}
