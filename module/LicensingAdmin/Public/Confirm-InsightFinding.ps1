function Confirm-InsightFinding {
    <#
    .SYNOPSIS
        Acknowledges findings with a reason.

    .DESCRIPTION
        An acknowledged finding stays until its cause is gone, and is open again when the cause comes back. A finding about
        servers of several organizations is acknowledged by operators alone.

    .PARAMETER Key
        Keys of the findings, as Get-InsightFinding shows them.

    .PARAMETER Reason
        Why the finding may stand, 1 to 1024 bytes.

    .EXAMPLE
        Get-InsightFinding -Kind SilentServer | Confirm-InsightFinding -Reason 'Site is being moved until Friday'

        Acknowledges findings from the pipeline.

    .EXAMPLE
        Get-InsightFinding -Kind Dup* | Where-Object Subject -eq ACME-4711 | Confirm-InsightFinding -Reason 'Ticket 815' -WhatIf

        Says what would be acknowledged.

    .INPUTS
        Objects with the properties Key and Server.

    .OUTPUTS
        LicensingAdmin.InsightFinding.

    .LINK
        Get-InsightFinding

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.InsightFinding')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.InsightFindingCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $Key,

        # A row that is acknowledged already has a reason too: it is not taken from the pipeline.
        [Parameter(Mandatory, Position = 1)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Reason
    )

    process {
        foreach ($one in $Key) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Acknowledge finding ${one}: $Reason")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ConfirmInsightFinding' -Request @{ key = $one; reason = $Reason } -Target $one
            }
        }
    }
}
