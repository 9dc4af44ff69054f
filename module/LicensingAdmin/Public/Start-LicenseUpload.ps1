function Start-LicenseUpload {
    <#
    .SYNOPSIS
        Uploads to Insight Services now, and waits for the end.

    .DESCRIPTION
        Makes an upload and delivers everything that waits, in order. A success takes the place of the next upload of the schedule;
        a failure does not move it.

    .EXAMPLE
        Start-LicenseUpload

        Uploads and shows how many uploads were delivered.

    .EXAMPLE
        Get-LicenseUpload -State Preview | Select-Object -ExpandProperty Document
        Start-LicenseUpload

        Shows what will be sent, then sends it.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.UploadOutcome.

    .LINK
        Get-LicenseUpload

    .LINK
        Get-LicenseManagementService
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.UploadOutcome')]
    [LicensingAdmin.SharedParameters('Connection')]
    param()

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action 'Upload to Insight Services')
        if ($allowed) {
            Write-Progress -Activity 'License upload' -Status "Uploading from $(@($allowed.Server) -join ', ')"
            try {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'StartUpload' -Request @{}
            }
            finally {
                Write-Progress -Activity 'License upload' -Completed
            }
        }
    }
}
