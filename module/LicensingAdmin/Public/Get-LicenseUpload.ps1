function Get-LicenseUpload {
    <#
    .SYNOPSIS
        Shows what was uploaded, what waits, and what would be uploaded now, byte for byte.

    .DESCRIPTION
        Lists uploads with the state Delivered, Waiting or Preview. The property Document is the text that travels, to the last
        byte. A preview is made for the occasion and not kept. docs/telemetry.md says what each field is and why it is there.

    .PARAMETER State
        Only uploads in this state.

    .EXAMPLE
        (Get-LicenseUpload -State Preview).Document | ConvertFrom-Json

        Shows what would be sent now.

    .EXAMPLE
        Get-LicenseUpload -State Delivered | Select-Object -Last 1 -ExpandProperty Document

        Shows what was sent last.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.UploadRow.

    .LINK
        Start-LicenseUpload

    .LINK
        Export-LicenseUpload
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.UploadRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [ValidateSet('Preview', 'Waiting', 'Delivered')]
        [string] $State
    )

    process {
        $request = @{ state = if ($State) { $State } else { $null } }
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetUploads' -Request $request
    }
}
